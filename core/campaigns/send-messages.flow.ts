import type { Clock, LakeWriter } from "#core/kernel/ports.ts";
import { type EpochMs, MINUTE } from "#core/kernel/time.ts";
import type { Message } from "./message.ts";
import { type MessageEventRow, messageEventRow } from "./message-event-row.ts";
import type { Channel, Channels, Claim, MessageLedger, Outcome, Settlement } from "./ports.ts";

export interface SendPorts {
  readonly clock: Clock;
  readonly ledger: MessageLedger;
  readonly channels: Channels;
  readonly lake: LakeWriter<{ readonly message_events: MessageEventRow }>;
  /**
   * Milliseconds after which a claim that nobody settled is taken for the death of its sender. Must be longer than any
   * sender may live, or two may come to send the same message.
   */
  readonly lease: number;
}

/**
 * The lease of senders that live for at most a minute, in milliseconds. It is shorter than the time after which a queue
 * delivers again what a dead sender had, so that the next sender can decide at once.
 */
export const CLAIM_LEASE = 2 * MINUTE;

export interface SendReport {
  readonly sent: number;
  readonly failed: number;
  readonly uncertain: number;
  /** Messages to be delivered again, by id, with why. */
  readonly again: ReadonlyMap<string, string>;
  /** What channels threw. Their messages are in `again`; the claim on them lapses and then says that nobody knows. */
  readonly faults: readonly unknown[];
}

/**
 * Sends messages, each at most once however often it is delivered: claimed before the provider is called, settled after
 * it answered. A message whose sender died in between is looked up where the provider can tell, otherwise recorded as
 * uncertain and not sent again. Throws where the ledger or the lake fails; all are then delivered again.
 */
export async function sendMessages(ports: SendPorts, messages: readonly Message[]): Promise<SendReport> {
  const distinct = new Map(messages.map((message) => [message.id, message]));
  const at = ports.clock();
  const claims = await ports.ledger.claim([...distinct.keys()], { at, staleBefore: at - ports.lease });
  const claimed = sortClaims([...distinct.values()], claims);
  const recalled = await eachChannel(ports.channels, claimed.interrupted, recall);
  const tried = await eachChannel(ports.channels, [...claimed.fresh, ...recalled.later.keys()], send);
  const settlements = [...recalled.decided, ...tried.decided].map(settlementAt(ports.clock()));
  if (settlements.length > 0) await ports.ledger.settle(settlements);
  if (tried.later.size > 0) await ports.ledger.release(idsOf(tried.later.keys()), at);
  await record(ports, distinct, [...claimed.settled, ...settlements]);
  return {
    ...countOf(settlements),
    again: againOf(claimed.busy, tried.later, [...recalled.lost, ...tried.lost]),
    faults: [...recalled.faults, ...tried.faults],
  };
}

const idsOf = (messages: Iterable<Message>): readonly string[] => Array.from(messages, ({ id }) => id);

const againOf = (
  busy: readonly Message[],
  later: ReadonlyMap<Message, string>,
  lost: readonly Message[],
): ReadonlyMap<string, string> =>
  new Map([
    ...busy.map(({ id }) => [id, "busy"] as const),
    ...[...later].map(([{ id }, reason]) => [id, reason] as const),
    ...lost.map(({ id }) => [id, "fault"] as const),
  ]);

interface Sorted {
  readonly fresh: Message[];
  readonly interrupted: Message[];
  readonly busy: Message[];
  /** Settled before; recorded again, because the sender may have died before it could. */
  readonly settled: Settlement[];
}

function sortClaims(messages: readonly Message[], claims: ReadonlyMap<string, Claim>): Sorted {
  const sorted: Sorted = { fresh: [], interrupted: [], busy: [], settled: [] };
  for (const message of messages) {
    const claim = claims.get(message.id);
    if (claim === undefined) throw new Error("a ledger answers every claim");
    if (claim.kind === "settled") sorted.settled.push(claim.settlement);
    else if (claim.kind === "busy") sorted.busy.push(message);
    else if (claim.interrupted) sorted.interrupted.push(message);
    else sorted.fresh.push(message);
  }
  return sorted;
}

type Decided = Exclude<Outcome, { readonly kind: "later" }>;

interface Tried {
  readonly decided: (readonly [Message, Decided])[];
  /** Not taken yet, with why. */
  readonly later: Map<Message, string>;
  readonly lost: Message[];
  readonly faults: unknown[];
}

type Ask = (channel: Channel | undefined, group: readonly Message[]) => Promise<readonly Outcome[]>;

const UNANSWERED: Outcome = { kind: "uncertain", reason: "the channel gave no answer" };
const INTERRUPTED: Outcome = { kind: "uncertain", reason: "interrupted" };
const NOT_SET_UP: Outcome = { kind: "refused", reason: "channel_not_set_up" };

const send: Ask = async (channel, group) => channel?.send(group) ?? group.map(() => NOT_SET_UP);

const recall: Ask = async (channel, group) => channel?.recall?.(group) ?? group.map(() => INTERRUPTED);

/** One channel's fault is no other channel's. */
async function eachChannel(channels: Channels, messages: readonly Message[], ask: Ask): Promise<Tried> {
  const groups = [...Map.groupBy(messages, ({ channel }) => channel)];
  const answers = await Promise.allSettled(groups.map(([name, group]) => ask(channels[name], group)));
  const tried: Tried = { decided: [], later: new Map(), lost: [], faults: [] };
  answers.forEach((answer, position) => {
    const group = groups[position]?.[1] ?? [];
    if (answer.status === "rejected") {
      tried.lost.push(...group);
      tried.faults.push(answer.reason);
      return;
    }
    group.forEach((message, at) => {
      const outcome = answer.value[at] ?? UNANSWERED;
      if (outcome.kind === "later") tried.later.set(message, outcome.reason);
      else tried.decided.push([message, outcome]);
    });
  });
  return tried;
}

const STATUS = { accepted: "sent", refused: "failed", uncertain: "uncertain" } as const;

const settlementAt =
  (at: EpochMs) =>
  ([message, outcome]: readonly [Message, Decided]): Settlement => ({
    messageId: message.id,
    status: STATUS[outcome.kind],
    reason: outcome.kind === "accepted" ? null : outcome.reason,
    providerId: outcome.kind === "accepted" ? outcome.providerId : null,
    at,
  });

async function record(
  ports: SendPorts,
  messages: ReadonlyMap<string, Message>,
  settlements: readonly Settlement[],
): Promise<void> {
  const rows = settlements.flatMap((settlement) => {
    const message = messages.get(settlement.messageId);
    return message === undefined ? [] : [rowOf(message, settlement)];
  });
  if (rows.length > 0) await ports.lake.append("message_events", rows);
}

const rowOf = (message: Message, { status, reason, at }: Settlement): MessageEventRow =>
  messageEventRow({
    messageId: message.id,
    campaignId: message.campaignId,
    runId: message.runId,
    profileId: message.profileId,
    channel: message.channel,
    address: message.to.value,
    treatment: message.treatment,
    status,
    reason,
    at,
  });

function countOf(settlements: readonly Settlement[]): Pick<SendReport, "sent" | "failed" | "uncertain"> {
  const count = (status: Settlement["status"]): number => settlements.filter((one) => one.status === status).length;
  return { sent: count("sent"), failed: count("failed"), uncertain: count("uncertain") };
}
