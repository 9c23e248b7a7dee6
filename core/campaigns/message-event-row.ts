import { type EpochMs, isoDay, isoTime } from "#core/kernel/time.ts";

/** Something that became of a message: planned, sent, held out, not sent and why, failed. */
export interface MessageEventRow {
  readonly message_id: string;
  readonly campaign_id: string;
  readonly run_id: string;
  readonly profile_id: string;
  readonly channel: string;
  readonly address: string | null;
  readonly treatment: string | null;
  readonly status: MessageStatus;
  readonly reason: string | null;
  readonly occurred_at: string;
  readonly dt: string;
}

/**
 * What a status outweighs: of one message's rows the highest rank stands, and within a rank the latest. What a run
 * decided may be decided anew when the run is taken up again; what a provider said outweighs every decision; that it
 * took a message outweighs that nobody knew.
 */
export const MESSAGE_STATUS_RANK = {
  planned: 1,
  held_out: 1,
  not_sent: 1,
  uncertain: 2,
  failed: 3,
  sent: 4,
} as const;

export type MessageStatus = keyof typeof MESSAGE_STATUS_RANK;

export interface MessageEvent {
  readonly messageId: string;
  readonly campaignId: string;
  readonly runId: string;
  readonly profileId: string;
  readonly channel: string;
  readonly address: string | null;
  readonly treatment: string | null;
  readonly status: MessageStatus;
  readonly reason: string | null;
  readonly at: EpochMs;
}

export const messageEventRow = (event: MessageEvent): MessageEventRow => ({
  message_id: event.messageId,
  campaign_id: event.campaignId,
  run_id: event.runId,
  profile_id: event.profileId,
  channel: event.channel,
  address: event.address,
  treatment: event.treatment,
  status: event.status,
  reason: event.reason,
  occurred_at: isoTime(event.at),
  dt: isoDay(event.at),
});
