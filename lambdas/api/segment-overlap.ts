import type * as z from "zod";
import type { SEGMENT_INSIGHT_ROUTES } from "#contracts/http/segment-insights.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import { type EpochMs, isoTime } from "#core/kernel/time.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { inTime } from "./in-time.ts";
import type { ApiPorts } from "./ports.ts";
import { resolved } from "./resolved.ts";
import { countOf, rowsOf } from "./sql-text.ts";

type Answer = z.input<(typeof SEGMENT_INSIGHT_ROUTES)["segmentOverlap"]["answer"]>;

const OVERLAP_MS = 20_000;

/** How many are in either of two segments and in both, at one instant and by one query. */
export async function overlapOf(
  ports: ApiPorts,
  a: Defined<SegmentDefinition>,
  b: Defined<SegmentDefinition>,
  now: EpochMs,
): Promise<Answer | Rejection> {
  const [ofA, ofB] = [await resolved(ports, a.definition.condition), await resolved(ports, b.definition.condition)];
  if (isRejection(ofA)) return ofA;
  if (isRejection(ofB)) return ofB;
  const asked = ports.lake.query(
    `SELECT count(a.profile_id) AS in_a, count(b.profile_id) AS in_b,
       count(CASE WHEN a.profile_id = b.profile_id THEN 1 END) AS in_both
     FROM (${ports.segmentSql(ofA, now)}) a FULL JOIN (${ports.segmentSql(ofB, now)}) b ON a.profile_id = b.profile_id`,
    { timeMs: OVERLAP_MS },
  );
  const answered = await inTime(asked);
  if (isRejection(answered)) return answered;
  const [row] = rowsOf(answered);
  const [inA, inB, both] = [countOf(row?.in_a), countOf(row?.in_b), countOf(row?.in_both)];
  const either = inA + inB - both;
  return {
    a: { id: a.id, version: a.version, members: inA },
    b: { id: b.id, version: b.version, members: inB },
    both,
    onlyA: inA - both,
    onlyB: inB - both,
    jaccard: either === 0 ? null : both / either,
    now: isoTime(now),
  };
}
