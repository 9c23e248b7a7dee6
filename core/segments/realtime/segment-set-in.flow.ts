import type { Clock, Definitions } from "#core/kernel/ports.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { type SegmentSet, segmentSet } from "./segment-set.ts";

/**
 * The segments that are defined, read again when they were read longer than `freshMs` ago. Where they cannot be read it
 * throws: whoever went on by old ones would move people by what is no longer meant.
 */
export function segmentSetIn(
  definitions: Pick<Definitions<SegmentDefinition>, "list">,
  clock: Clock,
  freshMs: number,
): () => Promise<SegmentSet> {
  let known: { readonly readAt: EpochMs; readonly set: SegmentSet } | undefined;
  return async () => {
    const now = clock();
    if (known !== undefined && now - known.readAt < freshMs) return known.set;
    const set = segmentSet(await definitions.list());
    known = { readAt: now, set };
    return set;
  };
}
