import type * as z from "zod";
import { digestOf } from "#core/kernel/digest.ts";
import type { Normalise } from "#core/kernel/identifier.ts";
import { isJsonObject } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { AdmissionLimits } from "./admission-limits.ts";
import { type BadEvent, type BadEventCode, badEvent, type Problem } from "./bad-event.ts";
import { consentIn } from "./consent-in.ts";
import { EVENT_TYPES, type Event, type EventMark, type EventType } from "./event.ts";
import { eventTimes } from "./event-time.ts";
import { identifiersIn } from "./identifiers-in.ts";
import { RawEvent } from "./raw-event.ts";
import type { Trust } from "./source.ts";

/** What admission needs to know beside the event itself. */
export interface Admission {
  readonly source: string;
  readonly trust: Trust;
  readonly receivedAt: EpochMs;
  readonly limits: AdmissionLimits;
  readonly normalise: Normalise;
}

/** What stands around an event: its place in the batch or file, and what the batch says for all of its events. */
export interface Surroundings {
  readonly position: number;
  readonly sentAt?: unknown;
  /** The type the route gives (`POST /v1/track`), where the event itself need not say. */
  readonly type?: EventType;
  readonly context?: unknown;
}

export type Admitted =
  | { readonly kind: "event"; readonly event: Event }
  | { readonly kind: "bad"; readonly badEvent: BadEvent };

/** Turns what a client sent into an event, or into a bad event that says why not. Never throws, whatever it is given. */
export function admit(sent: unknown, around: Surroundings, admission: Admission): Admitted {
  const refuse = (code: BadEventCode, problems: readonly Problem[]): Admitted => ({
    kind: "bad",
    badEvent: badEvent({
      code,
      problems,
      payload: JSON.stringify(sent) ?? String(sent),
      receivedAt: admission.receivedAt,
      source: admission.source,
      position: around.position,
    }),
  });
  if (!isJsonObject(sent)) return refuse("event.not_an_object", [problem("", "an event is a JSON object")]);
  const type = typeOf(sent.type, around.type);
  if (type === undefined) {
    return refuse("event.unknown_type", [problem("type", `one of ${EVENT_TYPES.join(", ")} is expected`)]);
  }
  const read = RawEvent.safeParse({ ...sent, type });
  if (!read.success) return refuse("event.bad_field", problemsOf(read.error));
  const raw = read.data;
  const unusable = whyUnusable(raw, type, sent, admission.limits);
  if (unusable !== undefined) return refuse(unusable.code, [unusable.problem]);
  return { kind: "event", event: build(raw, type, around, admission) };
}

const problem = (path: string, message: string): Problem => ({ path, message });

const problemsOf = (error: z.ZodError): readonly Problem[] =>
  error.issues.slice(0, 20).map((issue) => problem(issue.path.join("."), issue.message));

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

function whyUnusable(raw: RawEvent, type: EventType, sent: object, limits: AdmissionLimits): Unusable | undefined {
  if (type === "track" && !raw.event) {
    return { code: "event.no_name", problem: problem("event", "a track call names its event") };
  }
  if (type === "group" && !raw.groupId) {
    return { code: "event.bad_field", problem: problem("groupId", "a group call names its group") };
  }
  if (!raw.userId && !raw.anonymousId && !raw.previousId && !hasAddress(raw)) {
    return { code: "event.no_identity", problem: problem("userId", "userId or anonymousId is needed") };
  }
  if (raw.messageId !== undefined && raw.messageId.length > limits.messageIdLength) {
    const message = `at most ${limits.messageIdLength} characters`;
    return { code: "event.bad_message_id", problem: problem("messageId", message) };
  }
  const bytes = sizeAbove(sent, limits.eventBytes);
  if (bytes !== undefined) {
    const message = `${bytes} bytes; at most ${limits.eventBytes} are taken`;
    return { code: "event.too_large", problem: problem("", message) };
  }
  return undefined;
}

const hasAddress = (raw: RawEvent): boolean => {
  const traits = raw.traits ?? {};
  return Boolean(traits.email ?? traits.phone ?? raw.context?.externalIds);
};

/** The size of the event's JSON text in bytes where it is above the limit. */
function sizeAbove(sent: object, limit: number): number | undefined {
  const text = JSON.stringify(sent);
  // No character takes more than three bytes per UTF-16 unit: most events need no exact count.
  if (text.length * 3 <= limit) return undefined;
  const bytes = Buffer.byteLength(text);
  return bytes > limit ? bytes : undefined;
}

function build(raw: RawEvent, type: EventType, around: Surroundings, admission: Admission): Event {
  const traits = raw.traits ?? {};
  const context = raw.context ?? (isJsonObject(around.context) ? around.context : {});
  const original = raw.originalTimestamp ?? raw.timestamp;
  const { mark, ...times } = eventTimes(
    { original, sentAt: raw.sentAt ?? around.sentAt },
    admission.receivedAt,
    admission.limits.futureMs,
  );
  const marks: EventMark[] = mark === undefined ? [] : [mark];
  if (!raw.messageId) marks.push("made_message_id");
  const consent = consentIn(context);
  const { userId, anonymousId, groupId, previousId } = raw;
  return {
    messageId: raw.messageId || madeMessageId(raw, around.position, admission),
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
    properties: pageName(raw, type),
    traits,
    context,
    ...(consent === undefined ? {} : { consent }),
    ...(marks.length === 0 ? {} : { marks }),
  };
}

/** `page("Pricing")` carries its name beside the properties; there it is wanted too. */
function pageName(raw: RawEvent, type: EventType): Event["properties"] {
  const properties = raw.properties ?? {};
  const isPage = type === "page" || type === "screen";
  return isPage && raw.name && properties.name === undefined ? { ...properties, name: raw.name } : properties;
}

/**
 * A sender that gives no message id gets one made of what it sent, so that a repetition is still one event where the
 * sender at least says when it happened. With neither, nothing tells a repetition from a second event: both count.
 */
function madeMessageId(raw: RawEvent, position: number, admission: Admission): string {
  const { sentAt: _sentAt, messageId: _messageId, ...content } = raw;
  const when = raw.originalTimestamp ?? raw.timestamp ?? `${admission.receivedAt}.${position}`;
  return `made-${digestOf(admission.source, String(when), JSON.stringify(content))}`;
}
