import type { SEGMENT_INSIGHT_ROUTES } from "#contracts/http/segment-insights.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { Acts } from "./act.ts";
import { get } from "./defined-things.ts";
import { explainMember } from "./explain-member.ts";
import { instantOf } from "./members.ts";
import type { ApiPorts } from "./ports.ts";
import { historyOf } from "./segment-history.ts";
import { overlapOf } from "./segment-overlap.ts";
import { usersOf } from "./segment-references.ts";
import { keepVersion, versionsOf } from "./segment-versions.ts";
import { shownSegment } from "./shown-segment.ts";

export const segmentInsightActs: Acts<typeof SEGMENT_INSIGHT_ROUTES> = {
  segmentVersions: async (ports, { target, query }) => {
    const found = await get(ports.segments, "segment", target);
    return isRejection(found) ? found : versionsOf(ports, found, query);
  },
  segmentOverlap: async (ports, { target, query }) => {
    const a = await get(ports.segments, "segment", target);
    if (isRejection(a)) return a;
    const b = await get(ports.segments, "segment", query.with);
    if (isRejection(b)) return rejection("segment.not_found", `with: there is no segment ${query.with}`);
    return overlapOf(ports, a, b, instantOf(query.now, ports));
  },
  segmentHistory: async (ports, { target, query }) => {
    const found = await get(ports.segments, "segment", target);
    return isRejection(found) ? found : historyOf(ports, target, query);
  },
  explainMember: async (ports, { target, query }) => {
    const found = await get(ports.segments, "segment", target);
    return isRejection(found) ? found : explainMember(ports, found, query.profile, instantOf(query.now, ports));
  },
  archiveSegment: (ports, { target }) => putAway(ports, target, true),
  restoreSegment: (ports, { target }) => putAway(ports, target, false),
  evaluateSegment: async (ports, { target }) => {
    const found = await get(ports.segments, "segment", target);
    if (isRejection(found)) return found;
    if (found.definition.archived === true) {
      return rejection("segment.archived", "an archived segment is not evaluated; restore it first");
    }
    const now = ports.clock();
    const run = { segmentId: target, runId: `asked-${isoTime(now).replace(/[-:.]/g, "").toLowerCase()}`, now };
    await ports.ofSegments.runs.start(run);
    return { segmentId: target, runId: run.runId, now: isoTime(now) };
  },
};

/** Archives a segment or takes it back, as a new version of it; what is so already stays as it is. */
async function putAway(ports: ApiPorts, id: string, archived: boolean) {
  const found = await get(ports.segments, "segment", id);
  if (isRejection(found)) return found;
  const stored = (found.definition.archived === true) === archived ? found : await change(ports, found, archived);
  if (isRejection(stored)) return stored;
  const { segments, campaigns } = await usersOf(ports, id);
  const usedBy = { segments: [...segments], campaigns: [...campaigns] };
  return { ...(await shownSegment(ports, stored)), usedBy };
}

async function change(
  ports: ApiPorts,
  found: Defined<SegmentDefinition>,
  archived: boolean,
): Promise<Defined<SegmentDefinition> | Rejection<"definition.changed">> {
  await keepVersion(ports, found);
  const { archived: _, ...rest } = found.definition;
  const next: SegmentDefinition = archived ? { ...rest, archived } : rest;
  const stored = await ports.segments.put(found.id, next, found.version);
  if (stored === undefined) return rejection("definition.changed", "somebody changed the segment just now; ask again");
  // Who is in is told to have left, or to be back, now rather than with the next run of the schedule.
  const now = ports.clock();
  const runId = `${archived ? "archived" : "restored"}-v${stored.version}`;
  await ports.ofSegments.runs.start({ segmentId: found.id, runId, now });
  return stored;
}
