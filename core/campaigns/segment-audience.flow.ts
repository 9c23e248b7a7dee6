import { compareText } from "#core/kernel/order.ts";
import type { Definitions, LakeQuery } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { resolveSegments } from "#core/segments/resolve-segments.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { Audience } from "./ports.ts";

export interface SegmentAudiencePorts {
  readonly segments: Pick<Definitions<SegmentDefinition>, "list">;
  readonly lake: LakeQuery;
  /** A query of the lake's dialect with one column, `profile_id`, and a row for each person the condition means. */
  readonly segmentSql: (condition: ResolvedCondition, now: EpochMs) => string;
}

/** The members of a segment, asked of the lake: any segment is an audience. */
export const segmentAudience = (ports: SegmentAudiencePorts): Audience => ({
  members: (segmentId, now) => membersOf(ports, segmentId, now),
});

async function membersOf(
  { segments, lake, segmentSql }: SegmentAudiencePorts,
  segmentId: string,
  now: EpochMs,
): Promise<readonly string[] | Rejection> {
  const all = await segments.list();
  if (all.some(({ id, definition }) => id === segmentId && definition.archived === true)) {
    return rejection(
      "segment.archived",
      "the campaign's segment was archived: restore it, or give the campaign another",
    );
  }
  const defined = new Map(all.map(({ id, definition }) => [id, definition.condition]));
  const condition = defined.get(segmentId);
  if (condition === undefined) return rejection("campaign.unknown_segment", "there is no segment of the campaign's id");
  const resolved = resolveSegments(condition, (id) => defined.get(id));
  if (isRejection(resolved)) return resolved;
  const { rows } = await lake.query(segmentSql(resolved, now));
  return rows.flatMap(([id]) => (typeof id === "string" ? [id] : [])).sort(compareText);
}
