import { type Admission, admit, refused, type Surroundings } from "#core/events/admit.ts";
import type { BadEvent } from "#core/events/bad-event.ts";
import type { Event } from "#core/events/event.ts";
import { type IpPolicy, keptIp } from "#core/events/ip-policy.ts";
import { jsonText } from "#core/events/json-text.ts";
import type { KeptSurroundings } from "#core/events/kept-surroundings.ts";
import { digestOf } from "#core/kernel/digest.ts";
import { isJsonObject, type Json } from "#core/kernel/json.ts";
import { applyRules } from "./apply-rules.ts";
import type { RecoveryRule } from "./rule.ts";

/** What an event is let in by: its source as it is now, its time of receipt as it was. */
export interface LetIn {
  readonly admission: Admission;
  readonly rules: readonly RecoveryRule[];
  /** What is kept of a person's address now: never more than was kept then. */
  readonly ipPolicy: IpPolicy;
}

export type Retried =
  | { readonly kind: "event"; readonly event: Event }
  /** As it was sent, not as the rules made it, with the reasons that are left. */
  | { readonly kind: "bad"; readonly badEvent: BadEvent };

/** Mends an event as it was sent and admits it as if it had come so at once. Pure: the same again is the same event. */
export function recoverEvent(sent: Json, around: Surroundings, { admission, rules }: LetIn): Retried {
  const whole = withBatchContext(sent, around, rules);
  const mended = applyRules(whole, rules);
  if (mended === whole) return admit(sent, around, admission);
  const messageId = madeMessageId(sent, around.position, admission);
  // What the batch says is in the event by now, where a rule may have taken it away.
  const named = { ...around, messageId, ...(whole === sent ? {} : { context: undefined }) };
  const admitted = admit(mended, named, admission);
  if (admitted.kind === "event") return admitted;
  const { code, problems } = admitted.badEvent;
  return refused(sent, around, admission, code, problems);
}

/** Rules about the context are meant for all of it, whoever of event and batch said what. */
function withBatchContext(sent: Json, { context }: Surroundings, rules: readonly RecoveryRule[]): Json {
  if (!isJsonObject(sent) || !isJsonObject(context) || !rules.some(isAboutContext)) return sent;
  const own = sent.context ?? {};
  return isJsonObject(own) ? { ...sent, context: { ...context, ...own } } : sent;
}

const isAboutContext = (rule: RecoveryRule): boolean =>
  [rule.where?.path, ...(rule.do === "rename" ? [rule.from, rule.to] : [rule.path])].some(
    (path) => path === "context" || path?.startsWith("context."),
  );

/** What is known to have stood around an event when it came. */
export function surroundingsOf(position: number, kept: KeptSurroundings, ipPolicy: IpPolicy): Surroundings {
  const { whole: _whole, severalKeys: _severalKeys, carrier, ...said } = kept;
  if (carrier === undefined) return { ...said, position };
  const { ip, ...device } = carrier;
  const keeps = ip === undefined ? undefined : keptIp(ip, ipPolicy);
  return { ...said, position, carrier: { ...device, ...(keeps === undefined ? {} : { ip: keeps }) } };
}

/**
 * An event that was mended and does not name itself is named after what was sent, not after what the rules made of it:
 * whoever recovers it by other rules, or recovers the client's repetition of it, gets the same event again.
 */
function madeMessageId(sent: Json, position: number, { source, receivedAt }: Admission): string {
  const object = isJsonObject(sent) ? sent : {};
  const { sentAt: _sentAt, ...content } = object;
  const when = object.originalTimestamp ?? object.timestamp ?? object.messageId ?? `${receivedAt}.${position}`;
  return `recovered-${digestOf(source, jsonText(when), jsonText(content))}`;
}
