import { digest } from "#core/kernel/digest.ts";
import { canonicalJson, type Json } from "#core/kernel/json.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import type { WantedBeside } from "#core/segments/ports.ts";
import { resolveSegments } from "#core/segments/resolve-segments.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { type Decider, Deciders } from "./decider.ts";
import { dependenciesOf } from "./dependencies.ts";
import { besideIn } from "./wanted-beside.ts";

/** A segment made ready for deciding. */
export interface ReadySegment {
  readonly id: string;
  readonly version: number;
  readonly decide: Decider;
  readonly dependencies: ReadonlySet<string>;
  /** What it asks for beside the profile itself; absent where that is nothing. */
  readonly beside?: WantedBeside;
  /** Of its condition with all segments in it written out: changes when that does, and with nothing else. */
  readonly fingerprint: string;
}

/** All segments that are to be kept up to date, made ready together and found by what they depend on. */
export interface SegmentSet {
  readonly all: readonly ReadySegment[];
  /** The ids of all that are in use, those included that cannot be decided (a segment in them is gone). */
  readonly ids: ReadonlySet<string>;
  /** Whether any asks for what is known beside profiles: where none does, nobody reads it. */
  readonly asksBeside: boolean;
  /** Those that depend on any of these (`dependency`), each once. */
  dependingOn(dependencies: Iterable<string>): readonly ReadySegment[];
}

/** Archived ones are nobody's any more; in another's condition they still mean what they meant. */
export function segmentSet(defined: readonly Defined<SegmentDefinition>[]): SegmentSet {
  const active = defined.filter(({ definition }) => definition.archived !== true);
  const conditions = new Map(defined.map(({ id, definition }) => [id, definition.condition]));
  const deciders = new Deciders();
  const all = active.flatMap(({ id, version, definition }): readonly ReadySegment[] => {
    const condition = resolveSegments(definition.condition, (inner) => conditions.get(inner));
    if (isRejection(condition)) return [];
    const fingerprint = digest(canonicalJson(condition as unknown as Json));
    const dependencies = dependenciesOf(condition);
    const beside = besideIn(dependencies);
    const asks = beside === undefined ? {} : { beside };
    return [{ id, version, fingerprint, decide: deciders.of(condition), dependencies, ...asks }];
  });
  const depending = new Map<string, ReadySegment[]>();
  for (const segment of all) {
    for (const name of segment.dependencies) {
      const others = depending.get(name);
      if (others === undefined) depending.set(name, [segment]);
      else others.push(segment);
    }
  }
  return {
    all,
    ids: new Set(active.map(({ id }) => id)),
    asksBeside: all.some(({ beside }) => beside !== undefined),
    dependingOn: (dependencies) => {
      const lists: (readonly ReadySegment[])[] = [];
      for (const name of dependencies) {
        const list = depending.get(name);
        if (list !== undefined) lists.push(list);
      }
      return lists.length > 1 ? [...new Set(lists.flat())] : (lists[0] ?? []);
    },
  };
}
