import { DefinitionId } from "#contracts/http/fields.ts";
import type { SEGMENT_ROUTES } from "#contracts/http/segments.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { segmentsIn } from "#core/segments/resolve-segments.ts";
import { readSegmentDefinition, type SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { Acts } from "./act.ts";
import { create, flat, get, replace } from "./defined-things.ts";
import { membersOf, preview } from "./members.ts";
import { omit } from "./omit.ts";
import type { ApiPorts } from "./ports.ts";
import { resolved } from "./resolved.ts";
import { namedSentenceOf, sentenceOf } from "./sentence-of.ts";

export const segmentActs: Acts<typeof SEGMENT_ROUTES> = {
  listSegments: async (ports) => ({ segments: await listed(ports) }),
  createSegment: async (ports, { body }) => {
    const id = body.id === undefined ? undefined : DefinitionId.safeParse(body.id).data;
    if (body.id !== undefined && id === undefined) {
      return rejection("definition.bad_id", "id: lower-case letters, digits, - and _, at most 64, are expected");
    }
    const definition = await readSegment(ports, body, id);
    if (isRejection(definition)) return definition;
    const stored = await create(ports.segments, "segment", definition, id);
    return isRejection(stored) ? stored : shown(ports, stored);
  },
  getSegment: async (ports, { target }) => {
    const found = await get(ports.segments, "segment", target);
    return isRejection(found) ? found : shown(ports, found);
  },
  replaceSegment: async (ports, { target, body, ifMatch }) => {
    const definition = await readSegment(ports, body, target);
    if (isRejection(definition)) return definition;
    const named = typeof body.version === "number" && Number.isSafeInteger(body.version) ? body.version : undefined;
    const stored = await replace(ports.segments, "segment", target, { definition, version: ifMatch ?? named });
    return isRejection(stored) ? stored : shown(ports, stored);
  },
  deleteSegment: async (ports, { target }) => {
    const users = await usersOf(ports, target);
    if (users.length > 0) return rejection("segment.in_use", `it is used by ${users.slice(0, 10).join(", ")}`);
    return (await ports.segments.delete(target))
      ? { id: target, deleted: true }
      : rejection("segment.not_found", "there is no segment of this id");
  },
  previewSegment: (ports, { body }) => preview(ports, body),
  segmentMembers: async (ports, { target, query }) => {
    const found = await get(ports.segments, "segment", target);
    return isRejection(found) ? found : membersOf(ports, found, query);
  },
};

const shown = async (ports: ApiPorts, segment: Defined<SegmentDefinition>) => ({
  ...flat(segment),
  sentence: await namedSentenceOf(ports, segment.definition.condition),
});

async function listed({ segments }: ApiPorts) {
  const all = await segments.list();
  const names = new Map(all.map(({ id, definition }) => [id, definition.name]));
  const nameOf = (id: string): string | undefined => names.get(id);
  return all.map((segment) => ({ ...flat(segment), sentence: sentenceOf(segment.definition.condition, nameOf) }));
}

/** Reads a definition that is to stand under an id, and makes sure that what it refers to is there and leads nowhere back. */
async function readSegment(
  ports: ApiPorts,
  sent: Readonly<Record<string, unknown>>,
  id: string | undefined,
): Promise<SegmentDefinition | Rejection> {
  const definition = readSegmentDefinition(omit(sent, "id", "version", "updatedAt", "sentence"));
  if (isRejection(definition)) return definition;
  const condition = await resolved(ports, definition.condition, id);
  return isRejection(condition) ? condition : definition;
}

/** What would lose its meaning with the segment. */
async function usersOf({ segments, campaigns }: ApiPorts, id: string): Promise<readonly string[]> {
  const [others, sent] = await Promise.all([segments.list(), campaigns.list()]);
  return [
    ...others
      .filter((other) => other.id !== id && segmentsIn(other.definition.condition).has(id))
      .map((other) => `segment ${other.id}`),
    ...sent.filter(({ definition }) => definition.segmentId === id).map((campaign) => `campaign ${campaign.id}`),
  ];
}
