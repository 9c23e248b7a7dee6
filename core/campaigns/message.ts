import { digestOf } from "#core/kernel/digest.ts";
import { type Identifier, identifierText } from "#core/kernel/identifier.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ChannelName } from "./channel-name.ts";

/** What the person will read. */
export interface MessageContent {
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
}

/** One message to one person, ready to be sent. Plain JSON. */
export interface Message {
  readonly id: string;
  readonly campaignId: string;
  readonly runId: string;
  readonly profileId: string;
  readonly channel: ChannelName;
  /** The address, as the identifier it is. */
  readonly to: Identifier;
  readonly treatment: string;
  readonly content: MessageContent;
  readonly plannedAt: EpochMs;
}

/** One execution of a campaign. The same `runId` again is the same run, taken up where it was left. */
export interface Run {
  readonly campaignId: string;
  readonly runId: string;
}

/**
 * Names a message after the run and the address, and after nothing else: whatever happens to profiles or templates
 * while a run is interrupted, an address is written to once.
 */
export const messageIdOf = (run: Run, channel: ChannelName, to: Identifier): string =>
  digestOf("message", run.campaignId, run.runId, channel, identifierText(to));

/** Names what is recorded of somebody to whom no address leads, or who came up twice. */
export const unsentIdOf = (run: Run, why: string, profileId: string): string =>
  digestOf("unsent", run.campaignId, run.runId, why, profileId);
