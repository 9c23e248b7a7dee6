import type { Event } from "#core/events/event.ts";
import type { Counted } from "#core/imports/tally.ts";
import { type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import type { Rehearsal } from "./import-report.ts";

const SAMPLES = 3;
const PROBLEMS = 5;
/** About 100 MB of names: beyond, a rehearsal says "more than". */
const MAX_PEOPLE = 1_000_000;

/** Gathers, stretch by stretch, what a rehearsal shows. */
export function rehearsalWatch(): { readonly see: (counted: Counted) => void; readonly result: () => Rehearsal } {
  const samples: Event[] = [];
  const problems: string[] = [];
  // Keys, not texts: a text cut out of the file would hold its whole chunk in memory.
  const people = new Set<IdentifierKey>();
  let peopleUncounted = false;
  return {
    see: ({ events, badEvents }) => {
      samples.push(...events.slice(0, SAMPLES - samples.length));
      for (const bad of badEvents.slice(0, PROBLEMS - problems.length)) {
        const reasons = bad.problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
        problems.push(`row ${bad.position}: ${bad.code}: ${reasons.join("; ")}`);
      }
      for (const { identifiers } of events) {
        const [strongest] = identifiers;
        if (strongest === undefined) continue;
        const key = identifierKey(strongest);
        if (people.size < MAX_PEOPLE) people.add(key);
        else peopleUncounted ||= !people.has(key);
      }
    },
    result: () => ({ samples, problems, people: people.size, peopleUncounted }),
  };
}
