import type { Message } from "#core/campaigns/message.ts";
import type { RunRequest } from "#core/campaigns/run-campaign.flow.ts";
import type { Event } from "#core/events/event.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import type { SnapshotRun } from "#core/segments/snapshot-state.ts";

/** What travels to the resolver: on the resolve queue in the cloud, in the inbox on one machine. Plain JSON. */
export interface ResolveMessage {
  readonly v: 1;
  readonly events: readonly Event[];
  readonly assertions: readonly Assertion[];
}

/** What asks for a campaign run: on the campaign queue in the cloud. `now` is epoch milliseconds. Plain JSON. */
export interface CampaignRunMessage extends RunRequest {
  readonly v: 1;
}

/**
 * What asks for evaluations of segments: on the snapshot queue in the cloud, of one segment or, from the schedule, of all
 * that are due at `now`. The schedule writes `now` as ISO 8601, everything else as epoch milliseconds. Plain JSON.
 */
export type SnapshotMessage =
  | ({ readonly v: 1; readonly kind: "one" } & SnapshotRun)
  | { readonly v: 1; readonly kind: "all"; readonly now: string };

/** What travels to the sender: on the send queue in the cloud. Plain JSON. */
export interface SendMessage {
  readonly v: 1;
  readonly message: Message;
}

/** What asks for a refresh of computed traits: on the compute queue in the cloud. Plain JSON. */
export interface ComputeMessage {
  readonly v: 1;
  /** Measures everybody, whatever is known of who may have changed. */
  readonly full: boolean;
}

/** What has segments looked after by what time, lists and definitions did: on the queue of `react` in the cloud. */
export interface LookMessage {
  readonly v: 1;
}
