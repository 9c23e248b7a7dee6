import type * as z from "zod";
import type { LIST_ROUTES } from "#contracts/http/lists.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { ListDefinition } from "#core/segments/list-definition.ts";
import type { Acts } from "./act.ts";
import { create, get } from "./defined-things.ts";
import { emptied, importInto } from "./import-into-list.ts";
import type { ApiPorts } from "./ports.ts";
import { readList } from "./read-list.ts";
import { usersOfList } from "./segment-references.ts";
import { countOf, rowsOf, sqlText, timeOf } from "./sql-text.ts";

export const listActs: Acts<typeof LIST_ROUTES> = {
  lists: async ({ ofSegments }) => ({ lists: (await ofSegments.lists.list()).filter(isThere).map(shown) }),
  createList: async (ports, { body }) => {
    const content = readList(ports, body);
    if (isRejection(content)) return content;
    const { id, name, description, more } = body;
    const begun: ListDefinition = {
      name,
      ...(description === undefined ? {} : { description }),
      lastVersion: 0,
      chain: null,
      open: null,
    };
    const made = (await recreated(ports, begun, id)) ?? (await create(ports.ofSegments.lists, "list", begun, id));
    if (isRejection(made)) return made;
    const stored = await importInto(ports, made, { mode: "replace", keys: content.keys, more });
    return isRejection(stored) ? stored : taken(stored, content);
  },
  getList: async (ports, { target }) => {
    const found = await list(ports, target);
    if (isRejection(found)) return found;
    const result = await ports.lake.query(
      `SELECT count(*) AS people FROM list_people WHERE list_id = ${sqlText(target)}`,
    );
    return { ...shown(found), people: countOf(rowsOf(result)[0]?.people) };
  },
  listVersions: async (ports, { target }) => {
    const found = await list(ports, target);
    return isRejection(found) ? found : versionsOf(ports, target);
  },
  importMembers: async (ports, { target, body }) => {
    const found = await list(ports, target);
    if (isRejection(found)) return found;
    const content = readList(ports, body);
    if (isRejection(content)) return content;
    const stored = await importInto(ports, found, { mode: body.mode, keys: content.keys, more: body.more });
    return isRejection(stored) ? stored : taken(stored, content);
  },
  deleteList: async (ports, { target }) => {
    const users = await usersOfList(ports, target);
    if (users.length > 0) {
      const named = users.slice(0, 10).join(", ");
      return rejection("list.in_use", `segments refer to it: ${named}; change or delete those first`);
    }
    const found = await list(ports, target);
    if (isRejection(found)) return found;
    const refused = await emptied(ports, found);
    return refused ?? { id: target, deleted: true };
  },
};

const isThere = ({ definition }: Defined<ListDefinition>): boolean => definition.deleted !== true;

async function list({ ofSegments }: ApiPorts, id: string) {
  const found = await get(ofSegments.lists, "list", id);
  return isRejection(found) || isThere(found) ? found : rejection("list.not_found", "there is no list of this id");
}

/** A list in the place of one that was deleted, counting on behind it: what is left of that in the lake is older. */
async function recreated(
  { ofSegments: { lists } }: ApiPorts,
  begun: ListDefinition,
  id: string | undefined,
): Promise<Defined<ListDefinition> | undefined> {
  const gone = id === undefined ? undefined : await lists.get(id);
  if (gone === undefined || isThere(gone)) return undefined;
  return lists.put(gone.id, { ...begun, lastVersion: gone.definition.lastVersion }, gone.version);
}

const shown = ({ id, version, updatedAt, definition }: Defined<ListDefinition>) => {
  const { name, description, chain, open } = definition;
  return {
    id,
    version,
    updatedAt: isoTime(updatedAt),
    name,
    ...(description === undefined ? {} : { description }),
    identifiers: chain?.identifiers ?? 0,
    importedAt: chain === null ? null : isoTime(chain.importedAt),
    uploading: open?.identifiers ?? null,
  };
};

const taken = (
  stored: Defined<ListDefinition>,
  { keys, repeated, bad, problems }: Exclude<ReturnType<typeof readList>, Rejection>,
) => ({ list: shown(stored), taken: keys.size, repeated, bad, problems: [...problems] });

const MOST_VERSIONS = 200;

async function versionsOf(
  { lake }: ApiPorts,
  listId: string,
): Promise<z.input<(typeof LIST_ROUTES)["listVersions"]["answer"]>> {
  const is = `list_id = ${sqlText(listId)}`;
  const result = await lake.query(`
    SELECT h.version, max(h.nth) AS nth, max(h.members) AS members, min(h.imported_at) AS imported_at,
      count(l.version) AS current
    FROM list_members h
    LEFT JOIN (SELECT version FROM list_links WHERE ${is}) l ON l.version = h.version
    WHERE h.${is} AND h.identity_key IS NULL
    GROUP BY h.version ORDER BY h.version DESC LIMIT ${MOST_VERSIONS}`);
  return {
    listId,
    versions: rowsOf(result).map((row) => ({
      version: countOf(row.version),
      current: countOf(row.current) > 0,
      replaces: countOf(row.nth) === 1,
      identifiers: countOf(row.members),
      importedAt: timeOf(row.imported_at),
    })),
  };
}
