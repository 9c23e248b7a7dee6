import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { openLakeFiles } from "#adapters/local/lake-files.ts";
import { openLakeQuery } from "#adapters/local/lake-query.ts";
import type { LakeTable } from "#contracts/lake.ts";
import { fillSavedQuery } from "#contracts/saved-queries/fill-saved-query.ts";
import { SAVED_QUERIES, type SavedQueryName } from "#contracts/saved-queries/saved-queries.ts";
import type { Json } from "#core/kernel/json.ts";
import { sharedData } from "#test/support/shared-data.ts";

/** An event as it lies in the log; it belongs to the profile `p_<who>`. */
export interface Happened {
  readonly who: string;
  readonly event: string;
  readonly at: string;
  readonly type?: string;
  readonly columns?: Readonly<Record<string, Json>>;
}

export interface RealLake {
  /** Rows of a saved query, by the names of its columns. */
  ask(name: SavedQueryName, given?: Readonly<Record<string, string>>): Promise<readonly Record<string, Json>[]>;
  close(): Promise<void>;
}

/** A lake of these events and rows, asked as analysts ask. */
export async function realLake(
  events: Iterable<Happened>,
  others: Partial<Readonly<Record<LakeTable, readonly object[]>>> = {},
): Promise<RealLake> {
  const folder = await mkdtemp(join(tmpdir(), "tributary-saved-"));
  const files = await openLakeFiles(folder);
  const draft = files.draft();
  const add = (table: LakeTable, rows: readonly object[]): void =>
    draft.add({ table, dt: "2026-11-01", text: rows.map((row) => `${JSON.stringify(row)}\n`).join("") });
  const people = new Set<string>();
  let nth = 0;
  for (const { who, event, at, type = "track", columns = {} } of events) {
    people.add(who);
    const received = { message_id: `m${nth++}`, source: "test", received_at: "2026-11-01T00:00:00.000Z" };
    add("events_log", [{ ...received, type, event, identity_key: `user_id:${who}`, event_time: at, ...columns }]);
  }
  const ids = [...people];
  add(
    "identity_changes",
    ids.map((id) => ({ identity_key: `user_id:${id}`, identifier_type: "user_id", profile_id: `p_${id}`, version: 1 })),
  );
  add(
    "profile_changes",
    ids.map((id) => ({ profile_id: `p_${id}`, gone: false, traits: "{}", version: 1, first_seen: "1997-01-01" })),
  );
  for (const [table, rows] of Object.entries(others)) add(table as LakeTable, rows);
  await files.write("all", draft);
  files.close();
  const open = await openLakeQuery(folder);
  return {
    ask: async (name, given = {}) => {
      const sql = fillSavedQuery(SAVED_QUERIES[name], given);
      if (typeof sql !== "string") throw new Error(sql.message);
      const { columns, rows, truncated } = await open.analyst.query(sql);
      if (truncated) throw new Error(`${name} answers more than it may`);
      return rows.map((row) => Object.fromEntries(columns.map(({ name: column }, at) => [column, row[at] ?? null])));
    },
    close: async () => {
      open.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The lines of a file of the shared data, without its heading. */
export async function linesOf(name: string): Promise<readonly string[]> {
  const bytes = await readFile(sharedData(name));
  const text = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  return text.trim().split("\n");
}

export const cents = (value: number): number => Math.round(value * 100) / 100;
