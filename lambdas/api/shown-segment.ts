import type * as z from "zod";
import type { Segment } from "#contracts/http/segments.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { Condition, ResolvedCondition } from "#core/segments/condition.ts";
import { computedIn, isRealtime } from "#core/segments/realtime/dependencies.ts";
import { resolveSegments } from "#core/segments/resolve-segments.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { NO_SNAPSHOT, type SnapshotState } from "#core/segments/snapshot-state.ts";
import { flat } from "./defined-things.ts";
import type { ApiPorts } from "./ports.ts";
import { resolved } from "./resolved.ts";
import { namedSentenceOf, sentenceOf } from "./sentence-of.ts";

type Freshness = z.input<typeof Segment>["freshness"];

/** A segment as it is answered: what it means in words, and how fresh its kept members are. */
export async function shownSegment(ports: ApiPorts, segment: Defined<SegmentDefinition>) {
  const { condition } = segment.definition;
  const [sentence, state, written] = await Promise.all([
    namedSentenceOf(ports, condition),
    ports.ofSegments.states.get(segment.id),
    resolved(ports, condition),
  ]);
  const freshness = freshnessOf(isRejection(written) ? undefined : written, state?.definition);
  return { ...flat(segment), sentence, freshness };
}

/** All segments in use, or those that were put away too. */
export async function listedSegments({ segments, ofSegments }: ApiPorts, archivedToo: boolean) {
  const [all, states] = await Promise.all([segments.list(), ofSegments.states.list()]);
  const names = new Map(all.map(({ id, definition }) => [id, definition.name]));
  const evaluated = new Map(states.map(({ id, definition }) => [id, definition]));
  const conditions = new Map(all.map(({ id, definition }) => [id, definition.condition]));
  const nameOf = (id: string): string | undefined => names.get(id);
  const find = (id: string): Condition | undefined => conditions.get(id);
  return all
    .filter(({ definition }) => archivedToo || definition.archived !== true)
    .map((segment) => ({
      ...flat(segment),
      sentence: sentenceOf(segment.definition.condition, nameOf),
      freshness: freshnessOf(writtenOut(segment.definition.condition, find), evaluated.get(segment.id)),
    }));
}

/** `condition` has its segments written out; where it cannot have (one is gone), nothing can be said as it happens. */
export function freshnessOf(
  condition: ResolvedCondition | undefined,
  { committed }: SnapshotState = NO_SNAPSHOT,
): Freshness {
  const kind = condition !== undefined && isRealtime(condition) ? "real_time" : "scheduled";
  const [evaluatedAt, members] = committed === null ? [null, null] : [isoTime(committed.now), committed.members];
  const computedTraits = condition === undefined ? [] : [...computedIn(condition)];
  return { kind, ...(computedTraits.length === 0 ? {} : { computedTraits }), evaluatedAt, members };
}

const writtenOut = (
  condition: Condition,
  find: (id: string) => Condition | undefined,
): ResolvedCondition | undefined => {
  const written = resolveSegments(condition, find);
  return isRejection(written) ? undefined : written;
};
