import { DefinitionId } from "#contracts/http/fields.ts";
import type { SEGMENT_ROUTES } from "#contracts/http/segments.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { readSegmentDefinition, type SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { Acts } from "./act.ts";
import { create, get, replace } from "./defined-things.ts";
import { membersOf, preview } from "./members.ts";
import { omit } from "./omit.ts";
import type { ApiPorts } from "./ports.ts";
import { resolved } from "./resolved.ts";
import { referenceProblem, usersOf } from "./segment-references.ts";
import { forgetVersions, keepVersion } from "./segment-versions.ts";
import { listedSegments, shownSegment } from "./shown-segment.ts";

export const segmentActs: Acts<typeof SEGMENT_ROUTES> = {
  listSegments: async (ports, { query }) => ({ segments: await listedSegments(ports, query.archived === "true") }),
  createSegment: async (ports, { body }) => {
    const id = body.id === undefined ? undefined : DefinitionId.safeParse(body.id).data;
    if (body.id !== undefined && id === undefined) {
      return rejection("definition.bad_id", "id: lower-case letters, digits, - and _, at most 64, are expected");
    }
    const definition = await readSegment(ports, body, id);
    if (isRejection(definition)) return definition;
    const stored = await create(ports.segments, "segment", definition, id);
    return isRejection(stored) ? stored : shownSegment(ports, stored);
  },
  getSegment: async (ports, { target }) => {
    const found = await get(ports.segments, "segment", target);
    return isRejection(found) ? found : shownSegment(ports, found);
  },
  replaceSegment: async (ports, { target, body, ifMatch }) => {
    const before = await get(ports.segments, "segment", target);
    const definition = await readSegment(ports, body, target, isRejection(before) ? undefined : before.definition);
    if (isRejection(definition)) return definition;
    const named = typeof body.version === "number" && Number.isSafeInteger(body.version) ? body.version : undefined;
    const version = ifMatch ?? named;
    if (!isRejection(before) && before.version === version) await keepVersion(ports, before);
    const stored = await replace(ports.segments, "segment", target, { definition, version });
    return isRejection(stored) ? stored : shownSegment(ports, stored);
  },
  deleteSegment: async (ports, { target }) => {
    const { segments, campaigns } = await usersOf(ports, target);
    const users = [...segments.map((id) => `segment ${id}`), ...campaigns.map((id) => `campaign ${id}`)];
    if (users.length > 0) {
      return rejection(
        "segment.in_use",
        `it is used by ${users.slice(0, 10).join(", ")}; change or delete those first`,
      );
    }
    const found = await get(ports.segments, "segment", target);
    if (isRejection(found)) return found;
    await forgetVersions(ports, found);
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

/**
 * Reads a definition that is to stand under an id, and makes sure that what it refers to is there, in use, and leads
 * nowhere back. Whether a segment is archived is changed by archiving and restoring it, not by sending it back.
 */
async function readSegment(
  ports: ApiPorts,
  sent: Readonly<Record<string, unknown>>,
  id: string | undefined,
  before?: SegmentDefinition,
): Promise<SegmentDefinition | Rejection> {
  const read = omit(sent, "id", "version", "updatedAt", "sentence", "freshness", "usedBy", "archived");
  const definition = readSegmentDefinition(read);
  if (isRejection(definition)) return definition;
  const condition = await resolved(ports, definition.condition, id);
  if (isRejection(condition)) return condition;
  const problem = await referenceProblem(ports, definition.condition, before?.condition);
  if (problem !== undefined) return problem;
  return before?.archived === true ? { ...definition, archived: true } : definition;
}
