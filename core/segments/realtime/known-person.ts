import type { ConsentState } from "#core/consent/consent.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { Fragment } from "#core/profiles/fragment.ts";
import type { ProfileGroup } from "#core/profiles/profiles-of.ts";
import type { StandsBeside } from "#core/segments/person.ts";

/** What a profile's fragments know of a person: traits and consent whole, of the events the latest, without properties. */
export interface KnownPerson extends StandsBeside {
  readonly traits: JsonObject;
  readonly consent: Readonly<Record<string, ConsentState>>;
  /** When the events happened that are known, by name, latest first. */
  readonly events: ReadonlyMap<string, readonly EpochMs[]>;
  /**
   * Every event after this instant is among those; of earlier ones some may be missing. Minus infinity where none is,
   * plus infinity where any may be.
   */
  readonly knownAfter: EpochMs;
}

/**
 * What a group's own fragments know. Each keeps its latest events, so all of them know whatever came after the latest of
 * their oldest ones.
 *
 * `following` are the devices of the group's component whose nameless events belong to whoever logged in there last:
 * where there is one, any of the component's people may have events that stand in no fragment of theirs, and what stands
 * in the device's own may be another's.
 */
export function knownPersonOf(
  group: Pick<ProfileGroup, "members" | "fragment">,
  following: ReadonlySet<IdentifierKey>,
  beside: StandsBeside = {},
): KnownPerson {
  const events = new Map<string, EpochMs[]>();
  const seen = group.members.length > 1 ? new Set<string>() : undefined;
  let knownAfter = following.size > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  for (const [key, { fragment }] of group.members) {
    if (fragment === undefined || following.has(key)) continue;
    knownAfter = Math.max(knownAfter, remembersAfter(fragment));
    for (const { name, at, by } of fragment.recent) {
      if (seen?.has(by)) continue;
      seen?.add(by);
      const times = events.get(name);
      if (times === undefined) events.set(name, [at]);
      else times.push(at);
    }
  }
  // Each fragment's are in order; those of several are not.
  if (seen !== undefined) for (const times of events.values()) times.sort((x, y) => y - x);
  return { ...beside, traits: traitsIn(group.fragment), consent: consentIn(group.fragment), events, knownAfter };
}

/** Plus infinity also where the stored form is older than events' names. */
function remembersAfter({ recent, activity }: Fragment): EpochMs {
  const oldest = recent.at(-1);
  if (recent.some(({ name }) => name === "")) return Number.POSITIVE_INFINITY;
  for (const source in activity) {
    if (activity[source]?.counted !== undefined) return oldest === undefined ? Number.POSITIVE_INFINITY : oldest.at;
  }
  return Number.NEGATIVE_INFINITY;
}

/** As the profile shows them: what was taken away is not there. */
function traitsIn({ traits }: Fragment): JsonObject {
  const values: Record<string, Json> = {};
  for (const name in traits) {
    const value = traits[name]?.value;
    if (value !== undefined && value !== null) values[name] = value;
  }
  return values;
}

function consentIn({ consent }: Fragment): KnownPerson["consent"] {
  const states: Record<string, ConsentState> = {};
  for (const purpose in consent) {
    const state = consent[purpose]?.state;
    if (state !== undefined) states[purpose] = state;
  }
  return states;
}
