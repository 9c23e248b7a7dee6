import { compareText } from "#core/kernel/order.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import type { SnapshotStore } from "#core/segments/snapshot-segment.flow.ts";

/** Snapshots in memory, taken of whatever lake is given. `all` is by segment and name. */
export function memorySnapshots(
  lake: LakeQuery,
): SnapshotStore & { readonly all: ReadonlyMap<string, readonly string[]> } {
  const all = new Map<string, readonly string[]>();
  const keyOf = (segmentId: string, snapshot: string): string => `${segmentId}/${snapshot}`;
  return {
    all,
    take: async (segmentId, snapshot, sql) => {
      const { rows } = await lake.query(sql);
      all.set(keyOf(segmentId, snapshot), rows.map(([id]) => id as string).sort(compareText));
    },
    read: async function* (segmentId, snapshot) {
      const ids = all.get(keyOf(segmentId, snapshot));
      if (ids === undefined) throw new Error(`there is no snapshot ${snapshot} of ${segmentId}`);
      yield* ids;
    },
    drop: async (segmentId, snapshot) => void all.delete(keyOf(segmentId, snapshot)),
  };
}
