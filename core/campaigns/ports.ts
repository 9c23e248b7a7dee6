import type { Rejection } from "#core/kernel/rejection.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ChannelName } from "./channel-name.ts";
import type { Message } from "./message.ts";

export interface Audience {
  /**
   * The profile ids of a segment's members at an instant, each once, in text order, so that a run can go on after the
   * last one it saw. A rejection where there is no such segment or it can be asked of nobody.
   */
  members(segmentId: string, now: EpochMs): Promise<Iterable<string> | AsyncIterable<string> | Rejection>;
}

export interface Suppressions {
  /** Which of these addresses are not to be written to on the channel, whatever consent says: bounced, complained. */
  among(channel: ChannelName, addresses: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Where nothing is suppressed yet. */
export const nothingSuppressed: Suppressions = { among: async () => new Set() };

export interface Outbox {
  /** Which of these message ids were planned before. Order and repetition do not matter. */
  planned(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Resolves once every message is durable: from then on each reaches the sender at least once, and `planned` knows
   * its id. A message whose id was planned before may be given again; it does no harm. Where two were planned under one
   * id, either may be the one that is sent, and only one is.
   */
  plan(messages: readonly Message[]): Promise<void>;
}

/** What finally became of a message. */
export interface Settlement {
  readonly messageId: string;
  readonly status: "sent" | "failed" | "uncertain";
  readonly reason: string | null;
  /** The provider's own id, by which its delivery events speak of the message. */
  readonly providerId: string | null;
  readonly at: EpochMs;
}

/** The answer to whoever wants to send a message. */
export type Claim =
  /** Nobody else may send it now. `interrupted`: somebody once claimed it and never said what became of it. */
  | { readonly kind: "yours"; readonly interrupted: boolean }
  /** Somebody else claimed it a moment ago. */
  | { readonly kind: "busy" }
  | { readonly kind: "settled"; readonly settlement: Settlement };

/** Written before the provider is called and after it answered, so that a crash between the two is noticed. */
export interface MessageLedger {
  /**
   * Claims each message at an instant (distinct ids). Of several who claim the same message at the same time one gets
   * it. A claim made before `staleBefore` and never settled has lapsed. What was claimed survives the process.
   */
  claim(
    ids: readonly string[],
    when: { readonly at: EpochMs; readonly staleBefore: EpochMs },
  ): Promise<ReadonlyMap<string, Claim>>;
  /**
   * Records what became of messages. The first word stands, save that `sent` or `failed` replaces `uncertain`: a sender
   * believed dead may still come to say what it knows.
   */
  settle(settlements: readonly Settlement[]): Promise<void>;
  /** Gives back claims made at `at`, unused: the next who asks gets them. Claims since taken over stay as they are. */
  release(ids: readonly string[], at: EpochMs): Promise<void>;
}

/** What a provider said, or failed to say, to one message. */
export type Outcome =
  | { readonly kind: "accepted"; readonly providerId: string | null }
  /** It will never take this message. */
  | { readonly kind: "refused"; readonly reason: string }
  /** It surely did not take it, and may later: throttled, out of quota, out of reach. */
  | { readonly kind: "later"; readonly reason: string }
  /** It may have taken it. */
  | { readonly kind: "uncertain"; readonly reason: string };

export interface Channel {
  /**
   * Hands each message to the provider at most once, without retries of its own, and answers an outcome for each, in
   * order. What a provider answers is an outcome, never thrown; if this rejects, nothing is known of any of them.
   */
  send(messages: readonly Message[]): Promise<readonly Outcome[]>;
  /**
   * What became of messages whose sender was interrupted, for a provider that can tell: `later` says that it surely
   * never had the message. Absent: nobody can tell.
   */
  recall?(messages: readonly Message[]): Promise<readonly Outcome[]>;
}

export type Channels = Readonly<Partial<Record<ChannelName, Channel>>>;
