import * as z from "zod";
import { compareText } from "#core/kernel/order.ts";

/** An identifier as it may be shown: its type, and its value where whoever asks may see it. */
const Shown = z.object({ type: z.string(), value: z.string().optional() });
/** A profile with the first of its identifiers; `more` is how many others there are. */
const ShownProfile = z.object({ profileId: z.string(), identifiers: z.array(Shown), more: z.number() });
export type ShownProfile = z.infer<typeof ShownProfile>;

const Example = z.object({
  /** The key of the component in which it happens. */
  component: z.string(),
  /** The identifier it is about, where it is about one. */
  about: Shown.optional(),
  before: z.array(ShownProfile),
  after: z.array(ShownProfile),
});
export type Example = z.infer<typeof Example>;

const Counted = z.object({ count: z.number(), examples: z.array(Example) });

/**
 * What can become different. A merge gained is two of today's profiles that would be one, a merge lost one that would
 * be two: so profiles after = before − gained + lost. An id that is gone leads, as an alias, to another profile.
 */
export const CHANGE_KINDS = [
  "mergesGained",
  "mergesLost",
  "idsGone",
  "idsNew",
  "shared",
  "noLongerShared",
  "blocked",
  "noLongerBlocked",
  "quarantined",
  "noLongerQuarantined",
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

const BigComponent = z.object({
  component: z.string(),
  identifiers: z.number(),
  profilesBefore: z.number(),
  profilesAfter: z.number(),
});
const BigProfile = z.object({
  profileId: z.string(),
  identifiers: z.number(),
  /** How many of each type. */
  types: z.record(z.string(), z.number()),
});
export type BigProfile = z.infer<typeof BigProfile>;

/** What other rules would make of the people there are: of some components, or, added up, of all. */
export const Rehearsal = z.object({
  components: z.number(),
  identifiers: z.number(),
  profiles: z.object({ before: z.number(), after: z.number() }),
  /** Components in which anything would be different. */
  componentsChanged: z.number(),
  changes: z.object(
    Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, Counted])) as Record<ChangeKind, typeof Counted>,
  ),
  /** Largest first. */
  biggest: z.object({
    components: z.array(BigComponent),
    profilesBefore: z.array(BigProfile),
    profilesAfter: z.array(BigProfile),
  }),
});
export type Rehearsal = z.infer<typeof Rehearsal>;

/** How many examples of a kind, and how many of the biggest, are kept. */
export const MOST_EXAMPLES = 20;
export const MOST_BIGGEST = 10;

export const emptyRehearsal = (): Rehearsal => ({
  components: 0,
  identifiers: 0,
  profiles: { before: 0, after: 0 },
  componentsChanged: 0,
  changes: changesOf(() => ({ count: 0, examples: [] })),
  biggest: { components: [], profilesBefore: [], profilesAfter: [] },
});

export const changesOf = (of: (kind: ChangeKind) => z.infer<typeof Counted>): Rehearsal["changes"] =>
  Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, of(kind)])) as Rehearsal["changes"];

/** Two parts as one: counts are added, of examples the first are kept, of the biggest the biggest. */
export function addRehearsals(x: Rehearsal, y: Rehearsal): Rehearsal {
  return {
    components: x.components + y.components,
    identifiers: x.identifiers + y.identifiers,
    profiles: { before: x.profiles.before + y.profiles.before, after: x.profiles.after + y.profiles.after },
    componentsChanged: x.componentsChanged + y.componentsChanged,
    changes: changesOf((kind) => ({
      count: x.changes[kind].count + y.changes[kind].count,
      examples: firstOf(x.changes[kind].examples, y.changes[kind].examples),
    })),
    biggest: {
      components: biggest([...x.biggest.components, ...y.biggest.components], ({ component }) => component),
      profilesBefore: biggest([...x.biggest.profilesBefore, ...y.biggest.profilesBefore], ({ profileId }) => profileId),
      profilesAfter: biggest([...x.biggest.profilesAfter, ...y.biggest.profilesAfter], ({ profileId }) => profileId),
    },
  };
}

const firstOf = (x: Example[], y: Example[]): Example[] =>
  x.length >= MOST_EXAMPLES || y.length === 0 ? x : [...x, ...y].slice(0, MOST_EXAMPLES);

function biggest<Big extends { readonly identifiers: number }>(all: Big[], nameOf: (one: Big) => string): Big[] {
  if (all.length < 2) return all;
  return all.sort((x, y) => y.identifiers - x.identifiers || compareText(nameOf(x), nameOf(y))).slice(0, MOST_BIGGEST);
}

/** The same for those who may not see values: types alone. */
export function withoutValues(rehearsal: Rehearsal): Rehearsal {
  const hidden = (profiles: ShownProfile[]): ShownProfile[] =>
    profiles.map((profile) => ({ ...profile, identifiers: profile.identifiers.map(({ type }) => ({ type })) }));
  const changes = changesOf((kind) => ({
    count: rehearsal.changes[kind].count,
    examples: rehearsal.changes[kind].examples.map(({ component, about, before, after }) => ({
      component,
      ...(about === undefined ? {} : { about: { type: about.type } }),
      before: hidden(before),
      after: hidden(after),
    })),
  }));
  return { ...rehearsal, changes };
}
