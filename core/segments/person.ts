import type { ConsentState } from "#core/consent/consent.ts";
import type { Event } from "#core/events/event.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { compareText } from "#core/kernel/order.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { Profile } from "#core/profiles/profile.ts";

export interface PersonEvent {
  readonly name: string;
  readonly at: EpochMs;
  /** When it was first received; an event that does not say counts as received in time (`receivedFrom`). */
  readonly receivedAt?: EpochMs;
  readonly properties: JsonObject;
}

/** What conditions ask of somebody: a profile with the events that are its own now, each of them once. */
export interface Person {
  readonly traits: JsonObject;
  /** Computed traits by name; one that could not be computed is absent. */
  readonly computed: JsonObject;
  /** By purpose; a purpose nobody spoke of is absent. */
  readonly consent: Readonly<Record<string, ConsentState>>;
  /** The ids of the imported lists that the person is on. */
  readonly lists: ReadonlySet<string>;
  readonly events: readonly PersonEvent[];
}

/** What is known of a profile beside itself and its events. */
export type KnownBeside = Partial<Pick<Person, "computed" | "lists">>;

/** The same as it stands while things change: of some lists it may not be known who is on them. */
export interface StandsBeside extends Pick<KnownBeside, "computed"> {
  /** `undefined` where that is not known. */
  readonly lists?: { has(listId: string): boolean | undefined };
}

const ON_NO_LIST: ReadonlySet<string> = new Set();

/** A profile with all of its events as they came in, repetitions included: those count once, as in the lake. */
export function personOf(
  profile: Pick<Profile, "traits" | "consent">,
  events: Iterable<Event>,
  { computed = {}, lists = ON_NO_LIST }: KnownBeside = {},
): Person {
  return {
    traits: profile.traits,
    computed,
    lists,
    consent: Object.fromEntries(Object.entries(profile.consent).map(([purpose, { state }]) => [purpose, state])),
    events: distinctEvents(events).map(({ name, eventTime, receivedAt, properties }) => ({
      name,
      at: eventTime,
      receivedAt,
      properties,
    })),
  };
}

/** Each event once: of those with one source and message id, the first received. In order of source and message id. */
export function distinctEvents(events: Iterable<Event>): readonly Event[] {
  const distinct = new Map<string, Event>();
  for (const event of events) {
    const key = JSON.stringify([event.source, event.messageId]);
    const other = distinct.get(key);
    if (other === undefined || event.receivedAt < other.receivedAt) distinct.set(key, event);
  }
  return [...distinct].sort(([a], [b]) => compareText(a, b)).map(([, event]) => event);
}
