import type * as z from "zod";
import type { Segment } from "#contracts/http/segments.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { NO_SNAPSHOT, type SnapshotState } from "#core/segments/snapshot-state.ts";
import { flat } from "./defined-things.ts";
import type { ApiPorts } from "./ports.ts";
import { namedSentenceOf, sentenceOf } from "./sentence-of.ts";

type Freshness = z.input<typeof Segment>["freshness"];

/** A segment as it is answered: what it means in words, and how fresh its kept members are. */
export async function shownSegment(ports: ApiPorts, segment: Defined<SegmentDefinition>) {
  const [sentence, state] = await Promise.all([
    namedSentenceOf(ports, segment.definition.condition),
    ports.ofSegments.states.get(segment.id),
  ]);
  return { ...flat(segment), sentence, freshness: freshnessOf(state?.definition) };
}

/** All segments in use, or those that were put away too. */
export async function listedSegments({ segments, ofSegments }: ApiPorts, archivedToo: boolean) {
  const [all, states] = await Promise.all([segments.list(), ofSegments.states.list()]);
  const names = new Map(all.map(({ id, definition }) => [id, definition.name]));
  const evaluated = new Map(states.map(({ id, definition }) => [id, definition]));
  const nameOf = (id: string): string | undefined => names.get(id);
  return all
    .filter(({ definition }) => archivedToo || definition.archived !== true)
    .map((segment) => ({
      ...flat(segment),
      sentence: sentenceOf(segment.definition.condition, nameOf),
      freshness: freshnessOf(evaluated.get(segment.id)),
    }));
}

export function freshnessOf({ committed }: SnapshotState = NO_SNAPSHOT): Freshness {
  const [evaluatedAt, members] = committed === null ? [null, null] : [isoTime(committed.now), committed.members];
  return { kind: "scheduled", evaluatedAt, members };
}
