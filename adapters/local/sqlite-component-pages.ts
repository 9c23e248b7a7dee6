import type { DatabaseSync } from "node:sqlite";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { decodeComponent } from "#core/profiles/component-json.ts";
import type { ComponentAt, ComponentPages } from "#core/profiles/ports.ts";

/** The components of `sqliteProfileStore`, by key. Each page is one moment's; writers go on between them. */
export function sqliteComponentPages(database: DatabaseSync): ComponentPages {
  const select = database.prepare("SELECT key, version, component FROM profiles WHERE key > ? ORDER BY key LIMIT ?");
  // Rows are numbered as they come and hardly ever go: the last number is a count that costs nothing.
  const count = database.prepare("SELECT coalesce(max(rowid), 0) AS size FROM profiles");
  return {
    size: async () => count.get()?.size as number,
    page: async (after, limit) => {
      const rows = select.all(after ?? "", limit);
      const components = rows.flatMap((row): readonly ComponentAt[] => {
        if (row.component === null) return [];
        const component = decodeComponent(row.component as string);
        return [{ key: row.key as IdentifierKey, version: row.version as number, component }];
      });
      const last = rows.at(-1)?.key as string | undefined;
      const isLast = rows.length < limit || last === undefined;
      return { components, looked: rows.length, ...(isLast ? {} : { next: last }) };
    },
  };
}
