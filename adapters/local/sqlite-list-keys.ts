import type { DatabaseSync } from "node:sqlite";
import type { ListLinkKeys, ListPart } from "#core/segments/list-link.ts";
import type { ListKeys } from "#core/segments/ports.ts";
import { inTransaction } from "./database.ts";

export const LIST_KEYS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS list_links (
    list_id TEXT NOT NULL, version INTEGER NOT NULL, base INTEGER NOT NULL, link TEXT NOT NULL,
    PRIMARY KEY (list_id, version)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS list_parts (
    list_id TEXT NOT NULL, version INTEGER NOT NULL, part INTEGER NOT NULL, keys TEXT NOT NULL,
    PRIMARY KEY (list_id, version, part)
  );
`;

/** The identifiers of lists in SQLite: a row for each link, and one for each of its parts. */
export function sqliteListKeys(database: DatabaseSync): ListKeys {
  const putLink = database.prepare("INSERT OR REPLACE INTO list_links VALUES (?, ?, ?, ?)");
  const putPart = database.prepare("INSERT OR REPLACE INTO list_parts VALUES (?, ?, ?, ?)");
  const links = database.prepare("SELECT link FROM list_links WHERE list_id = ?");
  const part = database.prepare("SELECT keys FROM list_parts WHERE list_id = ? AND version = ? AND part = ?");
  const dropParts = database.prepare(`
    DELETE FROM list_parts
    WHERE list_id = ? AND version IN (SELECT version FROM list_links WHERE list_id = ? AND base < ?)`);
  const dropLinks = database.prepare("DELETE FROM list_links WHERE list_id = ? AND base < ?");
  return {
    write: async (listId, link, parts) => {
      inTransaction(database, () => {
        parts.forEach((keys, nth) => {
          putPart.run(listId, link.version, nth, keys);
        });
        putLink.run(listId, link.version, link.base, JSON.stringify(link));
      });
    },
    links: async (listId) => links.all(listId).map((row) => JSON.parse(row.link as string) as ListLinkKeys),
    parts: async (places) =>
      places.map((place) => part.get(place.listId, place.version, place.part)?.keys as ListPart | undefined),
    remove: async (listId, beforeBase) => {
      inTransaction(database, () => {
        dropParts.run(listId, listId, beforeBase);
        dropLinks.run(listId, beforeBase);
      });
    },
  };
}
