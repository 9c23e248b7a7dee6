import type { Event } from "#core/events/event.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { type DistinctSketch, distinctCount, emptySketch, withDistinct } from "#core/kernel/distinct-sketch.ts";
import { identifierText } from "#core/kernel/identifier.ts";
import { compareText } from "#core/kernel/order.ts";
import { isoTime } from "#core/kernel/time.ts";
import { evidenceId } from "#core/profiles/fragment.ts";
import { activityOf, devicesOf, recentEventsOf, traitsWithProvenance } from "#core/profiles/profile-provenance.ts";
import type { ProfileGroup } from "#core/profiles/profiles-of.ts";

/** What a profile knows beside who it is, as two ways of computing it must agree on. */
export interface PlainFacts {
  /** The events that said each trait, and their sources. */
  readonly told: readonly (readonly [trait: string, event: string, source: string | null, at: string])[];
  /** Latest first. */
  readonly recent: readonly (readonly [event: string, name: string, source: string | null, value: number | null])[];
  readonly sources: readonly (readonly [source: string, first: string, last: string, events: number, exact: boolean])[];
  readonly devices: readonly (readonly [id: string | undefined, lastSeen: string])[];
}

/** What a group of stored identifiers says. */
export const factsOf = (group: ProfileGroup): PlainFacts => ({
  told: traitsWithProvenance(group).map(({ name, event, source, at }) => [name, event, source, at]),
  recent: recentEventsOf(group).map(({ event, name, source, value }) => [event, name, source, value]),
  sources: activityOf(group).map(({ source, firstSeen, lastSeen, events, exact }) => [
    source,
    firstSeen,
    lastSeen,
    events,
    exact,
  ]),
  devices: devicesOf(group).map(({ id, lastSeen }) => [id, lastSeen]),
});

/** The same from a profile's own events, in the order of their stamps, the plain way. */
export function referenceFacts(own: readonly Event[], { recentEvents }: IdentityRules): PlainFacts {
  const traits = new Map(
    own
      .filter(({ type }) => type === "identify")
      .flatMap((event) => Object.keys(event.traits).map((name) => [name, event])),
  );
  const latestFirst = [...own].reverse();
  const sources = [...new Set(own.map(({ source }) => source))].sort(compareText);
  const devices = new Map(own.flatMap((event) => deviceOf(event).map((id) => [id, event.eventTime])));
  return {
    told: [...traits]
      .filter(([name, event]) => name !== "__proto__" && event.traits[name] !== null)
      .sort(([x], [y]) => compareText(x, y))
      .map(([name, event]) => [name, evidenceId(event), event.source, isoTime(event.eventTime)]),
    recent: latestFirst
      .slice(0, recentEvents)
      .map((event) => [evidenceId(event), event.name, event.source, (event.properties.revenue as number) ?? null]),
    sources: sources.map((source) => {
      const times = own.filter((event) => event.source === source).map(({ eventTime }) => eventTime);
      const [events, exact] = countOf(own, source, recentEvents);
      return [source, isoTime(Math.min(...times)), isoTime(Math.max(...times)), events, exact];
    }),
    devices: [...devices]
      .sort(([x, first], [y, second]) => second - first || compareText(y, x))
      .map(([id, at]) => [id, isoTime(at)]),
  };
}

/** By identity key: of one that had more events than are remembered, the sketch of all of them, else how many. */
function countOf(own: readonly Event[], source: string, remembered: number): readonly [events: number, exact: boolean] {
  const keys = Object.values(Object.groupBy(own, ({ identifiers: [first] }) => (first ? identifierText(first) : "")));
  const counts = keys.flatMap((events = []) => {
    const said = events.filter((event) => event.source === source);
    if (said.length === 0) return [];
    if (events.length <= remembered) return [{ events: said.length, exact: true }];
    const kept = events.slice(-remembered).filter((event) => event.source === source).length;
    const sketch = said.reduce<DistinctSketch>((all, event) => withDistinct(all, evidenceId(event)), emptySketch);
    return [{ events: Math.max(kept, distinctCount(sketch)), exact: false }];
  });
  return [counts.reduce((sum, { events }) => sum + events, 0), counts.every(({ exact }) => exact)];
}

const deviceOf = ({ context }: Event): readonly string[] => {
  const { id } = (context.device ?? {}) as { readonly id?: string };
  return id === undefined ? [] : [id];
};
