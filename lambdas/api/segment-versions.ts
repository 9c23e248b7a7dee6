import type * as z from "zod";
import type { SEGMENT_INSIGHT_ROUTES } from "#contracts/http/segment-insights.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { ApiPorts } from "./ports.ts";
import { namedSentenceOf } from "./sentence-of.ts";

type Route = (typeof SEGMENT_INSIGHT_ROUTES)["segmentVersions"];

/** Under what a version that is not the latest any more is kept. `@` is in no segment's id. */
const keptAs = (id: string, version: number): string => `${id}@${version}`;

/**
 * Keeps what a segment means, before it comes to mean something else: so there is no moment at which a version that was
 * answered to anybody is nowhere. Kept twice is kept once.
 */
export async function keepVersion({ ofSegments }: ApiPorts, segment: Defined<SegmentDefinition>): Promise<void> {
  await ofSegments.versions.put(keptAs(segment.id, segment.version), stamped(segment), 0);
}

/** What is kept knows by itself when it came to be: its keeper knows only when it was kept. */
interface Stamped extends SegmentDefinition {
  readonly since?: number;
}
const stamped = ({ definition, updatedAt }: Defined<SegmentDefinition>): Stamped => ({
  ...definition,
  since: updatedAt,
});

/** Forgets what a segment meant: its id may be given to another. */
export async function forgetVersions({ ofSegments }: ApiPorts, segment: Defined<SegmentDefinition>): Promise<void> {
  for (let version = segment.version; version >= 1; version--) {
    await ofSegments.versions.delete(keptAs(segment.id, version));
  }
}

export async function versionsOf(
  ports: ApiPorts,
  segment: Defined<SegmentDefinition>,
  { limit, before }: z.output<Route["query"]>,
): Promise<z.input<Route["answer"]>> {
  const from = Math.min(segment.version, (before ?? Number.POSITIVE_INFINITY) - 1);
  const numbers = Array.from({ length: Math.max(0, Math.min(limit, from)) }, (_, at) => from - at);
  const found = await Promise.all(
    numbers.map(async (version) =>
      version === segment.version ? segment : await ports.ofSegments.versions.get(keptAs(segment.id, version)),
    ),
  );
  const versions = await Promise.all(
    found.map(async (each, at) => (each === undefined ? [] : [await shown(ports, each, numbers[at] ?? 0, segment)])),
  );
  const last = numbers.at(-1);
  return { segmentId: segment.id, versions: versions.flat(), next: last === undefined || last <= 1 ? null : last };
}

async function shown(
  ports: ApiPorts,
  each: Defined<SegmentDefinition>,
  version: number,
  latest: Defined<SegmentDefinition>,
): Promise<z.input<Route["answer"]>["versions"][number]> {
  const { name, condition, archived, since = each.updatedAt } = each.definition as Stamped;
  return {
    version,
    updatedAt: isoTime(since),
    current: version === latest.version,
    name,
    condition,
    ...(archived === undefined ? {} : { archived }),
    sentence: await namedSentenceOf(ports, condition),
  };
}
