import type { Rejection } from "#core/kernel/rejection.ts";
import type { Condition, ResolvedCondition } from "#core/segments/condition.ts";
import { resolveSegments, segmentsIn } from "#core/segments/resolve-segments.ts";
import type { ApiPorts } from "./ports.ts";

/**
 * A condition with the segments in it written out as they are now. `as` is the id it is to stand under, so that it is
 * found to be part of itself before it is stored.
 */
export async function resolved(
  { segments }: Pick<ApiPorts, "segments">,
  condition: Condition,
  as?: string,
): Promise<ResolvedCondition | Rejection> {
  // Read only where one is named: most conditions name none.
  const others = segmentsIn(condition).size === 0 ? [] : await segments.list();
  const conditions = new Map(others.map(({ id, definition }) => [id, definition.condition]));
  if (as !== undefined) conditions.set(as, condition);
  return resolveSegments(as === undefined ? condition : { segment: as }, (id) => conditions.get(id));
}
