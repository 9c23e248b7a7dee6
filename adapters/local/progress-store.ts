import type { DatabaseSync } from "node:sqlite";
import type { LakeTable } from "#contracts/lake.ts";
import type { Crowd } from "./lake-crowds.ts";

/**
 * How far processing has come, kept beside the profiles so that one commit moves both: what an entry did to profiles
 * and that it did it. `absorbed` is the last inbox entry in the profiles, `written` the last one in lake files.
 */
export interface Progress {
  readonly absorbed: number;
  readonly written: number;
  /** A stretch that is being written to lake files: begun again in the same words if the writer died. */
  readonly plan?: WritePlan;
  /** Files that are being replaced by one: see `LakeFiles.resume`. */
  readonly crowd?: Crowd;
}

export interface WritePlan {
  readonly name: string;
  /** Inbox entries up to here, and change rows up to there, are in the files of this name. */
  readonly entriesTo: number;
  readonly changesTo: number;
}

/** Rows about changed profiles, of one table and day, as JSON lines: each ends in a line break. */
export interface ChangeLines {
  readonly table: LakeTable;
  readonly dt: string;
  readonly text: string;
}

export const PROGRESS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS progress (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS changes (
    position INTEGER PRIMARY KEY AUTOINCREMENT, "table" TEXT NOT NULL, dt TEXT NOT NULL, text TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS stuck (position INTEGER PRIMARY KEY, error TEXT NOT NULL, entry TEXT NOT NULL);
`;

export interface ProgressStore {
  progress(): Progress;
  setAbsorbed(position: number): void;
  /** Keeps rows about changed profiles until they are in lake files. */
  addChanges(changes: ChangeLines): void;
  newestChange(): number;
  changes(upTo: number): Iterable<ChangeLines>;
  setPlan(plan: WritePlan): void;
  /** The plan was carried out: its change rows are forgotten, its entries written. Call within a transaction. */
  completePlan(plan: WritePlan): void;
  setCrowd(crowd: Crowd | undefined): void;
  /** Keeps an entry that cannot be processed, so that those behind it can. */
  setAside(position: number, error: string, entry: string): void;
}

export function openProgressStore(database: DatabaseSync): ProgressStore {
  const get = database.prepare("SELECT name, value FROM progress");
  const set = database.prepare("INSERT OR REPLACE INTO progress VALUES (?, ?)");
  const unset = database.prepare("DELETE FROM progress WHERE name = ?");
  const addChanges = database.prepare('INSERT INTO changes ("table", dt, text) VALUES (?, ?, ?)');
  const newestChange = database.prepare("SELECT max(position) AS newest FROM changes");
  const changes = database.prepare('SELECT "table", dt, text FROM changes WHERE position <= ? ORDER BY position');
  const forgetChanges = database.prepare("DELETE FROM changes WHERE position <= ?");
  const setAside = database.prepare("INSERT OR REPLACE INTO stuck VALUES (?, ?, ?)");
  return {
    progress: () => {
      const values = new Map(get.all().map((row) => [row.name as string, row.value as string]));
      const [plan, crowd] = [values.get("plan"), values.get("crowd")];
      return {
        absorbed: Number(values.get("absorbed") ?? 0),
        written: Number(values.get("written") ?? 0),
        ...(plan === undefined ? {} : { plan: JSON.parse(plan) as WritePlan }),
        ...(crowd === undefined ? {} : { crowd: JSON.parse(crowd) as Crowd }),
      };
    },
    setAbsorbed: (position) => void set.run("absorbed", String(position)),
    addChanges: ({ table, dt, text }) => void addChanges.run(table, dt, text),
    newestChange: () => (newestChange.get()?.newest as number | null) ?? 0,
    changes: function* (upTo) {
      for (const row of changes.iterate(upTo)) {
        yield { table: row.table as LakeTable, dt: row.dt as string, text: row.text as string };
      }
    },
    setPlan: (plan) => void set.run("plan", JSON.stringify(plan)),
    completePlan: (plan) => {
      set.run("written", String(plan.entriesTo));
      forgetChanges.run(plan.changesTo);
      unset.run("plan");
    },
    setCrowd: (crowd) => void (crowd === undefined ? unset.run("crowd") : set.run("crowd", JSON.stringify(crowd))),
    setAside: (position, error, entry) => void setAside.run(position, error, entry),
  };
}
