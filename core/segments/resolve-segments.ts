import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { Condition, ResolvedCondition } from "./condition.ts";

export type ResolveRejection = Rejection<"segment.unknown_segment" | "segment.cycle" | "segment.too_large">;

/** What a condition may come to once the segments in it stand written out. */
const MAX_NODES = 1_000;

/**
 * Writes out every `{segment}`: a segment within a segment means that one's condition at the same instant, so that
 * one evaluation never mixes two moments. `find` answers a segment's condition, `undefined` where there is none.
 * Before a definition is stored under an id, resolve it with a `find` that answers the new condition for that id:
 * that is how a cycle is caught, and shown (`a → b → a`), before it exists.
 */
export function resolveSegments(
  condition: Condition,
  find: (id: string) => Condition | undefined,
): ResolvedCondition | ResolveRejection {
  return resolve(condition, { find, way: [], left: { nodes: MAX_NODES } });
}

/** The ids of the segments that a condition names itself. */
export function segmentsIn(condition: Condition): ReadonlySet<string> {
  if ("all" in condition) return union(condition.all);
  if ("any" in condition) return union(condition.any);
  if ("not" in condition) return segmentsIn(condition.not);
  return new Set("segment" in condition ? [condition.segment] : []);
}

const union = (conditions: readonly Condition[]): ReadonlySet<string> =>
  new Set(conditions.flatMap((inner) => [...segmentsIn(inner)]));

interface Resolving {
  readonly find: (id: string) => Condition | undefined;
  /** The segments we are inside of, outermost first. */
  readonly way: readonly string[];
  readonly left: { nodes: number };
}

function resolve(condition: Condition, state: Resolving): ResolvedCondition | ResolveRejection {
  state.left.nodes -= "sequence" in condition ? condition.sequence.length : 1;
  if (state.left.nodes < 0) {
    return rejection("segment.too_large", `with its segments written out the condition has over ${MAX_NODES} parts`);
  }
  if ("all" in condition) return resolveList(condition.all, (all) => ({ all }), state);
  if ("any" in condition) return resolveList(condition.any, (any) => ({ any }), state);
  if ("not" in condition) {
    const not = resolve(condition.not, state);
    return isRejection(not) ? not : { not };
  }
  if (!("segment" in condition)) return condition;
  const id = condition.segment;
  const way = [...state.way, id];
  if (state.way.includes(id)) {
    const cycle = way.slice(state.way.indexOf(id));
    return rejection("segment.cycle", `a segment cannot be part of itself: ${cycle.join(" → ")}`);
  }
  const found = state.find(id);
  if (found === undefined) return rejection("segment.unknown_segment", `there is no segment ${way.join(" → ")}`);
  return resolve(found, { ...state, way });
}

function resolveList(
  conditions: readonly Condition[],
  make: (resolved: readonly ResolvedCondition[]) => ResolvedCondition,
  state: Resolving,
): ResolvedCondition | ResolveRejection {
  const resolved: ResolvedCondition[] = [];
  for (const condition of conditions) {
    const inner = resolve(condition, state);
    if (isRejection(inner)) return inner;
    resolved.push(inner);
  }
  return make(resolved);
}
