import type { Event } from "#core/events/event.ts";
import type { Assertion } from "#core/profiles/evidence.ts";

/** What travels to the resolver: on the resolve queue in the cloud, in the inbox on one machine. Plain JSON. */
export interface ResolveMessage {
  readonly v: 1;
  readonly events: readonly Event[];
  readonly assertions: readonly Assertion[];
}
