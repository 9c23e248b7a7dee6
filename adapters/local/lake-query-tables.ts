import type { DuckDBConnection } from "@duckdb/node-api";
import type { LakeTable } from "#contracts/lake.ts";
import { hasParquet, TABLES, tableView } from "./lake-query-views.ts";

export interface TableKeeper {
  /** Gives tables that had no file their files, as soon as there are any. */
  refresh(): Promise<void>;
  /** Looks at every table again. */
  recheck(): Promise<void>;
}

/** Keeps the views of tables in step with whether there are files; cheap while nothing changes. */
export function tableKeeper(connection: DuckDBConnection, lakeDir: string): TableKeeper {
  const filled = new Map<LakeTable, boolean>();
  const look = async (wanted: readonly LakeTable[]): Promise<void> => {
    for (const table of wanted) {
      const hasFiles = await hasParquet(lakeDir, table);
      if (filled.get(table) === hasFiles) continue;
      await connection.run(tableView(lakeDir, table, hasFiles));
      filled.set(table, hasFiles);
    }
  };
  // One look at a time: two would race to replace the same view.
  let last: Promise<void> = Promise.resolve();
  const queued = (wanted: () => readonly LakeTable[]): Promise<void> => {
    last = last.then(
      () => look(wanted()),
      () => look(wanted()),
    );
    return last;
  };
  return {
    refresh: () => queued(() => TABLES.filter((table) => filled.get(table) !== true)),
    recheck: () => queued(() => TABLES),
  };
}
