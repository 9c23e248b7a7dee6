import type { ProfileId } from "#core/profiles/profile-id.ts";
import { dependency } from "./dependencies.ts";
import { type ReactPorts, type ReactTerms, tally } from "./react.flow.ts";
import { type Reasons, reconsider } from "./reconsider.flow.ts";

/** That computed traits of a profile have other values than before. */
export interface ComputedMove {
  readonly profileId: ProfileId;
  /** Which of them; at least one. */
  readonly names: readonly string[];
}

/**
 * Looks again at profiles whose computed traits moved, at those segments that ask for these. Whatever is told twice,
 * late, or out of order comes to the same: what is judged by is what stands there now.
 */
export async function reactToComputed(
  ports: ReactPorts,
  moves: readonly ComputedMove[],
  terms: ReactTerms,
): Promise<{ readonly entered: number; readonly left: number }> {
  const namesOf = Map.groupBy(moves, ({ profileId }) => profileId);
  const reasons = [...namesOf].flatMap(([id, ofOne]): readonly (readonly [ProfileId, Reasons])[] => {
    const moved = new Set(ofOne.flatMap(({ names }) => names).map((name) => dependency("computed", name)));
    const segments = terms.segments.dependingOn(moved);
    if (segments.length === 0) return [];
    const causeOf: Reasons["causeOf"] = ({ dependencies }) =>
      [...moved].find((name) => dependencies.has(name)) ?? "computed";
    return [[id, { causeOf, segments, besideMoved: true }]];
  });
  return tally(await reconsider(ports, new Map(reasons), terms));
}
