import type { Event } from "#core/events/event.ts";
import { type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { evidenceId, type Fragment, type HeardEvent } from "./fragment.ts";
import type { Found } from "./locate.ts";

/**
 * The events with the times of their first copies. A repetition comes with another time wherever our clock has a part
 * in it: sent anew it is measured anew, and the same bytes an hour later look like a clock that is an hour slow. Taken
 * by that time, an old word would outrank what was said since; a consent that was withdrawn would come back.
 *
 * A repetition is known by the fragment of its identity key, which remembers its latest events, or by a copy in the
 * same batch that came in earlier. Its neighbours that nobody remembers are set back with it, see `Delivery`. The
 * list itself where there is nothing to set right.
 */
export function asFirstHeard(events: readonly HeardEvent[], found: Found): readonly HeardEvent[] {
  const fragments = fragmentsIn(found);
  const copies = firstCopies(events);
  const deliveries = new Map<string, Delivery>();
  const heard = events.map((event): HeardEvent => {
    const [strongest] = event.identifiers;
    if (strongest === undefined) return event;
    const known = rememberedAt(event, fragments.get(identifierKey(strongest)));
    const first = copies.get(event.source)?.get(event.messageId);
    const at = known ?? (first === event ? undefined : first?.eventTime);
    if (at === undefined) return event;
    if (known !== undefined) noteShift(deliveries, event, known);
    return event.again && event.eventTime === at ? event : { ...event, eventTime: at, again: true };
  });
  const timed = deliveries.size === 0 ? heard : heard.map((event) => setBack(event, deliveries));
  return timed.every((event, at) => event === events[at]) ? events : timed;
}

/** The copy of each event that came in first, by source and id; of those that came together the first in the list. */
function firstCopies(events: readonly Event[]): ReadonlyMap<string, ReadonlyMap<string, Event>> {
  const copies = new Map<string, Map<string, Event>>();
  for (const event of events) {
    const ofSource = copies.get(event.source) ?? new Map<string, Event>();
    const other = ofSource.get(event.messageId);
    if (other === undefined) copies.set(event.source, ofSource);
    if (other === undefined || event.receivedAt < other.receivedAt) ofSource.set(event.messageId, event);
  }
  return copies;
}

/** By identity key; not by where keys lead, because a key need not be read where its component was found by another. */
function fragmentsIn(found: Found): ReadonlyMap<IdentifierKey, Fragment> {
  const fragments = new Map<IdentifierKey, Fragment>();
  for (const stored of found.values()) {
    if (stored?.kind !== "component") continue;
    for (const [key, { fragment }] of stored.component.members) if (fragment) fragments.set(key, fragment);
  }
  return fragments;
}

function rememberedAt(event: Event, fragment: Fragment | undefined): EpochMs | undefined {
  if (fragment === undefined) return undefined;
  const by = evidenceId(event);
  return fragment.recent.find((each) => each.by === by)?.at;
}

/**
 * Events of one person that came in together, measured by one pair of clocks: so all are off by the same. Two that are
 * remembered, and by how much, tell of the others that they are repeated too. One alone may be a sender that gives an
 * id twice.
 */
interface Delivery {
  readonly shift: number;
  readonly count: number;
}

const MIXED = Number.NaN;

function noteShift(deliveries: Map<string, Delivery>, event: Event, at: EpochMs): void {
  const name = deliveryOf(event);
  if (name === undefined) return;
  const shift = at - event.eventTime;
  const other = deliveries.get(name);
  if (other === undefined) deliveries.set(name, { shift, count: 1 });
  else deliveries.set(name, { shift: other.shift === shift ? shift : MIXED, count: other.count + 1 });
}

function deliveryOf({ source, identifiers, originalTime, sentAt, receivedAt }: Event): string | undefined {
  if (originalTime === undefined || sentAt === undefined) return undefined;
  const key = identifiers[0] && identifierKey(identifiers[0]);
  return JSON.stringify([source, key, sentAt, receivedAt]);
}

function setBack(event: HeardEvent, deliveries: ReadonlyMap<string, Delivery>): HeardEvent {
  if (event.again) return event;
  const name = deliveryOf(event);
  const delivery = name === undefined ? undefined : deliveries.get(name);
  if (delivery === undefined || delivery.count < 2 || Number.isNaN(delivery.shift) || delivery.shift === 0)
    return event;
  return { ...event, eventTime: event.eventTime + delivery.shift };
}
