import { digestOf } from "#core/kernel/digest.ts";
import type { Normalise } from "#core/kernel/identifier.ts";
import { isJsonObject, type JsonObject } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { AdmissionLimits } from "./admission-limits.ts";
import { type BadEvent, type BadEventCode, badEvent, nameIn, type Problem } from "./bad-event.ts";
import type { Carrier } from "./carrier.ts";
import { completeContext } from "./complete-context.ts";
import { consentIn } from "./consent-in.ts";
import { EVENT_TYPES, type Event, type EventMark, type EventType } from "./event.ts";
import { isDeeperThan, isSurelySound, jsonBytes } from "./event-size.ts";
import { eventTimes } from "./event-time.ts";
import { withDeviceId } from "./first-party-id.ts";
import { identifiersIn, namesNobody } from "./identifiers-in.ts";
import { jsonText } from "./json-text.ts";
import { keptSurroundings } from "./kept-surroundings.ts";
import type { PlanCheck } from "./plan-check.ts";
import type { RawEvent } from "./raw-event.ts";
import { readRawEvent } from "./read-raw-event.ts";
import type { PlanMode, Trust } from "./source.ts";
import { wellFormed } from "./well-formed.ts";

/** What admission needs to know beside the event itself. */
export interface Admission {
  readonly source: string;
  readonly trust: Trust;
  readonly receivedAt: EpochMs;
  readonly limits: AdmissionLimits;
  readonly normalise: Normalise;
  /** The types its source may send; absent: all. */
  readonly allowedTypes?: readonly EventType[] | undefined;
  /** The tracking plan its source is held to, and what becomes of events that do not keep to it. */
  readonly plan?: { readonly check: PlanCheck; readonly mode: PlanMode } | undefined;
}

/** What stands around an event: its place in the batch or file, and what the batch says for all of its events. */
export interface Surroundings {
  readonly position: number;
  readonly sentAt?: unknown;
  /** The type the route gives (`POST /v1/track`), where the event itself need not say. */
  readonly type?: EventType;
  readonly context?: unknown;
  /** Whose events these are where one does not say: what the request says of its sender's device. */
  readonly anonymousId?: string;
  /** The first-party id that the sending browser keeps, where the event does not deny that. */
  readonly browserId?: string;
  /** What names an event that does not name itself; absent: an id made of its content. */
  readonly messageId?: string;
  /** It came from a file, and so perhaps from no defined source. */
  readonly imported?: true;
  /** The request that brought it, where it comes from the person's own device. */
  readonly carrier?: Carrier;
}

export type Admitted =
  | { readonly kind: "event"; readonly event: Event }
  | { readonly kind: "bad"; readonly badEvent: BadEvent };

/** Turns what a client sent into an event, or into a bad event that says why not. Never throws, whatever it is given. */
export function admit(sent: unknown, around: Surroundings, admission: Admission): Admitted {
  const refuse: Refuse = (code, problems) => refused(sent, around, admission, code, problems);
  if (!isJsonObject(sent)) return refuse("event.not_an_object", [problem("", "an event is a JSON object")]);
  const type = typeOf(sent.type, around.type);
  if (type === undefined) {
    return refuse("event.unknown_type", [problem("type", `one of ${EVENT_TYPES.join(", ")} is expected`)]);
  }
  if (admission.allowedTypes?.includes(type) === false) {
    return refuse("event.type_not_allowed", [problem("type", `this source may not send ${type}`)]);
  }
  const sound = isSurelySound(sent, admission.limits.eventBytes, admission.limits.depth);
  const outsized = sound ? undefined : whyOutsized(sent, admission.limits);
  if (outsized !== undefined) return refuse(outsized.code, [outsized.problem]);
  const raw = readRawEvent(sound ? sent : wellFormed(sent), type);
  if (isProblems(raw)) return refuse("event.bad_field", raw);
  const who = namesNobody(raw) ? (around.anonymousId ?? around.browserId) : undefined;
  const whole = who === undefined ? raw : { ...raw, anonymousId: who };
  const unusable = whyUnusable(whole, type, admission.limits);
  if (unusable !== undefined) return refuse(unusable.code, [unusable.problem]);
  const event = build(whole, type, around, admission);
  return heldToPlan(event, admission, refuse);
}

type Refuse = (code: BadEventCode, problems: readonly Problem[]) => Admitted;

/** An event as a bad one, with all that is needed to let it in later. */
export function refused(
  sent: unknown,
  around: Surroundings,
  { source, receivedAt }: Pick<Admission, "source" | "receivedAt">,
  code: BadEventCode,
  problems: readonly Problem[],
): Admitted & { readonly kind: "bad" } {
  const name = nameIn(sent);
  return {
    kind: "bad",
    badEvent: badEvent({
      code,
      problems,
      payload: jsonText(sent),
      receivedAt,
      source,
      position: around.position,
      ...(name === undefined ? {} : { name }),
      around: { ...keptSurroundings(around), ...(around.imported === true ? { imported: true } : {}) },
    }),
  };
}

function heldToPlan(event: Event, { plan, normalise }: Admission, refuse: Refuse): Admitted {
  if (plan === undefined) return { kind: "event", event };
  const { status, problems, ...without } = plan.check(event);
  if (plan.mode === "refuse" && status !== "planned") {
    return refuse(status === "unplanned" ? "event.unplanned" : "event.plan_violation", problems);
  }
  const marked = { ...event, plan: { status, problems } };
  if (plan.mode !== "omit") return { kind: "event", event: marked };
  const kept = { ...marked, ...without };
  // What is not to be held is not to be known people by, either.
  const isSame = without.traits === undefined && without.context === undefined;
  return { kind: "event", event: isSame ? kept : { ...kept, identifiers: identifiersIn(kept, normalise) } };
}

const problem = (path: string, message: string): Problem => ({ path, message });

const isProblems = (read: RawEvent | readonly Problem[]): read is readonly Problem[] => Array.isArray(read);

const TYPES: ReadonlySet<string> = new Set(EVENT_TYPES);

function typeOf(stated: unknown, fromRoute: EventType | undefined): EventType | undefined {
  if (stated === undefined || stated === null) return fromRoute;
  const type = typeof stated === "string" ? stated.toLowerCase() : "";
  return TYPES.has(type) ? (type as EventType) : undefined;
}

interface Unusable {
  readonly code: BadEventCode;
  readonly problem: Problem;
}

/** Asked first: whatever looks at an event after this may walk into its depths. */
function whyOutsized(sent: JsonObject, limits: AdmissionLimits): Unusable | undefined {
  if (isDeeperThan(sent, limits.depth)) {
    return { code: "event.too_deep", problem: problem("", `at most ${limits.depth} levels are taken`) };
  }
  const bytes = jsonBytes(sent);
  if (bytes <= limits.eventBytes) return undefined;
  const message = `${bytes} bytes; at most ${limits.eventBytes} are taken`;
  return { code: "event.too_large", problem: problem("", message) };
}

function whyUnusable(raw: RawEvent, type: EventType, limits: AdmissionLimits): Unusable | undefined {
  if (type === "track" && !raw.event) {
    return { code: "event.no_name", problem: problem("event", "a track call names its event") };
  }
  if (type === "group" && !raw.groupId) {
    return { code: "event.bad_field", problem: problem("groupId", "a group call names its group") };
  }
  if (namesNobody(raw)) {
    return { code: "event.no_identity", problem: problem("userId", "userId or anonymousId is needed") };
  }
  if (raw.messageId !== undefined && raw.messageId.length > limits.messageIdLength) {
    const message = `at most ${limits.messageIdLength} characters`;
    return { code: "event.bad_message_id", problem: problem("messageId", message) };
  }
  return undefined;
}

function build(raw: RawEvent, type: EventType, around: Surroundings, admission: Admission): Event {
  const traits = raw.traits ?? {};
  const properties = pageName(raw, type);
  const context = completeContext(withDeviceId(statedContext(raw, around), around.browserId), {
    type,
    properties,
    carrier: around.carrier,
  });
  const original = raw.originalTimestamp ?? raw.timestamp;
  const { mark, ...times } = eventTimes(
    { original, sentAt: raw.sentAt ?? around.sentAt },
    admission.receivedAt,
    admission.limits.futureMs,
  );
  const marks: EventMark[] = mark === undefined ? [] : [mark];
  const stated = statedMessageId(raw);
  if (stated === undefined) marks.push("made_message_id");
  const consent = consentIn(context);
  const { userId, anonymousId, groupId, previousId } = raw;
  return {
    messageId: stated ?? around.messageId ?? madeMessageId(raw, around.position, admission),
    source: admission.source,
    trust: admission.trust,
    type,
    name: type === "track" && raw.event ? raw.event : type,
    identifiers: identifiersIn({ userId, anonymousId, previousId, traits, context }, admission.normalise),
    ...(userId ? { userId } : {}),
    ...(anonymousId ? { anonymousId } : {}),
    ...(groupId ? { groupId } : {}),
    ...(previousId ? { previousId } : {}),
    ...times,
    position: around.position,
    properties,
    traits,
    context,
    ...(consent === undefined ? {} : { consent }),
    ...(marks.length === 0 ? {} : { marks }),
  };
}

/** What a batch says of its surroundings is said for each of its events, as far as the event does not say else. */
function statedContext(raw: RawEvent, around: Surroundings): JsonObject {
  if (!isJsonObject(around.context)) return raw.context ?? {};
  return raw.context === undefined ? around.context : { ...around.context, ...raw.context };
}

/** `page("Pricing")` carries its name beside the properties; there it is wanted too. */
function pageName(raw: RawEvent, type: EventType): Event["properties"] {
  const properties = raw.properties ?? {};
  const isPage = type === "page" || type === "screen";
  return isPage && raw.name && properties.name === undefined ? { ...properties, name: raw.name } : properties;
}

/** What a program writes that has no id: taken for one, all of its sender's events would be one event. */
const NO_ID = /^\s*(?:null|undefined|nan|none|\[object object\])?\s*$/i;

/** As it was sent, to the letter: case and spaces tell ids apart. */
const statedMessageId = ({ messageId }: RawEvent): string | undefined =>
  messageId === undefined || NO_ID.test(messageId) ? undefined : messageId;

/**
 * A sender that gives no message id gets one made of what it sent, so that a repetition is still one event where the
 * sender at least says when it happened. With neither, nothing tells a repetition from a second event: both count.
 */
function madeMessageId(raw: RawEvent, position: number, admission: Admission): string {
  const { sentAt: _sentAt, messageId: _messageId, ...content } = raw;
  const when = raw.originalTimestamp ?? raw.timestamp ?? `${admission.receivedAt}.${position}`;
  // Whatever stands for a time, and need not be one: an object may have a `toString` that is none.
  const text = typeof when === "string" ? when : JSON.stringify(when);
  return `made-${digestOf(admission.source, text, JSON.stringify(content))}`;
}
