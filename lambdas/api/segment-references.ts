import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { Condition } from "#core/segments/condition.ts";
import { listsIn } from "#core/segments/conditions-in.ts";
import { segmentsIn } from "#core/segments/resolve-segments.ts";
import type { ApiPorts } from "./ports.ts";

export interface Users {
  readonly segments: readonly string[];
  readonly campaigns: readonly string[];
}

/** What refers to a segment, and would lose its meaning with it. */
export async function usersOf({ segments, campaigns }: ApiPorts, id: string): Promise<Users> {
  const [others, sent] = await Promise.all([segments.list(), campaigns.list()]);
  return {
    segments: others
      .filter((other) => other.id !== id && segmentsIn(other.definition.condition).has(id))
      .map((other) => other.id),
    campaigns: sent.filter(({ definition }) => definition.segmentId === id).map((campaign) => campaign.id),
  };
}

/** The segments that refer to an imported list. */
export async function usersOfList({ segments }: ApiPorts, id: string): Promise<readonly string[]> {
  const all = await segments.list();
  return all.filter(({ definition }) => listsIn(definition.condition).has(id)).map((segment) => segment.id);
}

/**
 * Whether what a condition refers to may be referred to: lists are there, and segments are in use. What it referred to
 * `before` it may go on referring to. Whether segments are there at all is looked at by `resolved`.
 */
export async function referenceProblem(
  { segments, ofSegments }: ApiPorts,
  condition: Condition,
  before?: Condition,
): Promise<Rejection<"segment.unknown_list" | "segment.archived"> | undefined> {
  for (const list of listsIn(condition)) {
    const found = await ofSegments.lists.get(list);
    if (found === undefined || found.definition.deleted === true) {
      return rejection("segment.unknown_list", `there is no list ${list}: import it first, with POST /api/lists`);
    }
  }
  const known = before === undefined ? new Set<string>() : segmentsIn(before);
  for (const id of segmentsIn(condition)) {
    const named = known.has(id) ? undefined : await segments.get(id);
    if (named?.definition.archived === true) {
      return rejection(
        "segment.archived",
        `the segment ${id} was archived: restore it before anything new refers to it`,
      );
    }
  }
  return undefined;
}
