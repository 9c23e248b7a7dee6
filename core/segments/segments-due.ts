import type { Defined } from "#core/kernel/ports.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { SnapshotState } from "./snapshot-state.ts";

/**
 * The ids of segments whose members are to be found again: those in use that were last evaluated at `before` or earlier,
 * or never, or whose evaluation did not end; and those archived or gone in which somebody still is.
 */
export function segmentsDue(
  segments: readonly Defined<SegmentDefinition>[],
  states: readonly Defined<SnapshotState>[],
  before: EpochMs,
): readonly string[] {
  const evaluated = new Map(states.map(({ id, definition }) => [id, definition]));
  const used = new Set(segments.filter(({ definition }) => definition.archived !== true).map(({ id }) => id));
  const fresh = (id: string): boolean => {
    const state = evaluated.get(id);
    return state?.telling === null && state.committed !== null && state.committed.now > before;
  };
  const peopled = ({ definition: { committed, telling } }: Defined<SnapshotState>): boolean =>
    telling !== null || (committed?.members ?? 0) > 0;
  return [
    ...[...used].filter((id) => !fresh(id)),
    ...states.filter((state) => !used.has(state.id) && peopled(state)).map(({ id }) => id),
  ];
}
