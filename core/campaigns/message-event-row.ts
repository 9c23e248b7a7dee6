/** Something that became of a message: planned, sent, held out, not sent and why, failed. */
export interface MessageEventRow {
  readonly message_id: string;
  readonly campaign_id: string;
  readonly run_id: string;
  readonly profile_id: string;
  readonly channel: string;
  readonly address: string | null;
  readonly status: string;
  readonly reason: string | null;
  readonly occurred_at: string;
  readonly dt: string;
}
