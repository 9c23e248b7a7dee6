import type { Json } from "#core/kernel/json.ts";
import { compareStamps } from "#core/kernel/order.ts";
import { emptyFragment, type Fragment } from "./fragment.ts";
import type { RecentEvent } from "./fragment-recent.ts";

/**
 * A fragment of the first stored form (`v: 1`): twelve recent events without their sources, and the ids of thirty-two
 * that were heard. Only read, never written. What it did not keep is not made up: its activity begins with the next
 * event, and registers of traits name no source until they are said again.
 */
export type FirstForm = readonly [
  firstSeen: number,
  lastSeen: number,
  traits: Readonly<Record<string, readonly [value: Json, at: number, by: string]>>,
  consent: Readonly<Record<string, readonly [granted: 0 | 1, at: number, by: string, source: string]>>,
  recent: readonly (readonly [at: number, by: string, name: string, value?: number])[],
  /** When and who in turn. */
  heard?: readonly (number | string)[],
];

export function decodeFirstForm([firstSeen, lastSeen, traits, consent, recent, heard = []]: FirstForm): Fragment {
  const decodedTraits: Record<string, Fragment["traits"][string]> = {};
  for (const [name, [value, at, by]] of Object.entries(traits)) decodedTraits[name] = { value, at, by };
  const decodedConsent: Record<string, Fragment["consent"][string]> = {};
  for (const [purpose, [granted, at, by, source]] of Object.entries(consent)) {
    decodedConsent[purpose] = { state: granted === 1 ? "granted" : "denied", at, by, source };
  }
  return {
    ...emptyFragment(firstSeen, lastSeen),
    traits: decodedTraits,
    consent: decodedConsent,
    recent: [
      ...recent.map(([at, by, name, value]) => ({ at, by, name, ...(value === undefined ? {} : { value }) })),
      ...heardAlone(heard, new Set(recent.map(([, by]) => by))),
    ].sort((x, y) => compareStamps(y, x)),
  };
}

/** Remembered without a name: that they were heard is all that was written down, and still tells their repetitions. */
function heardAlone(heard: readonly (number | string)[], known: ReadonlySet<string>): readonly RecentEvent[] {
  const alone: RecentEvent[] = [];
  for (let nth = 0; nth < heard.length; nth += 2) {
    const by = heard[nth + 1] as string;
    if (!known.has(by)) alone.push({ at: heard[nth] as number, by, name: "" });
  }
  return alone;
}
