import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { LakeTable } from "#contracts/lake.ts";
import { type DamagedFile, damageWatch, failingRelation, type Sifted } from "./lake-damage.ts";
import { isSettledTable, receivedNames, SETTLED_TABLES, type SettledTable, tableFiles } from "./lake-manifest.ts";
import { ANY_SHARED, identityViews, knownAgain, type Sources, settledTableViews } from "./lake-part-views.ts";
import { damagedTableView, hasParquet, TABLES, tableView } from "./lake-query-views.ts";

export interface TableKeeper {
  /** Gives tables that had no file their files, as soon as there are any, and those that are settled the files they have. */
  refresh(): Promise<void>;
  /** Looks at every table again. */
  recheck(): Promise<void>;
  /** Reads every file through, and answers whether that changed what is known to be damaged. */
  searchDamage(): Promise<boolean>;
  /** Has the next refresh look at all files that are new, however short ago the last look was. */
  forget(): void;
  /** Files that cannot be read, as far as known. */
  damaged(): readonly DamagedFile[];
}

/**
 * So often at most the files of tables that are not settled are listed, to look at new ones: that somebody puts a
 * foreign file into a lake is rare.
 */
const LOOK_MS = 5_000;

/** Several merges may follow one another while files are listed, or a query is asked; more than so many is no merge. */
export const MAX_LISTINGS = 6;

/** A merge removes up to 64 files, one moment after the other: looking again at once would see them go one by one. */
const afterRemovals = (listing: number): Promise<void> => new Promise((done) => setTimeout(done, 5 * 2 ** listing));

export const isMissingFile = (error: unknown): boolean =>
  error instanceof Error && /No files found|No such file|cannot open file/i.test(error.message);

/** Keeps the views of tables in step with their files, and with which of these can be read; cheap while nothing changes. */
export function tableKeeper(connection: DuckDBConnection, lakeDir: string, now: () => number): TableKeeper {
  const shown = new Map<LakeTable, string>();
  const damage = new Map<LakeTable, readonly DamagedFile[]>();
  const watch = damageWatch(connection, lakeDir);
  let lookedAt = Number.NEGATIVE_INFINITY;

  const show = async (
    table: LakeTable,
    views: string,
    andThen: () => Promise<void> = async () => {},
  ): Promise<void> => {
    if (shown.get(table) === views) return;
    // All or none: a question between them would miss what was settled meanwhile, or count it twice.
    await connection.run("BEGIN");
    try {
      await connection.run(views);
      await andThen();
      await connection.run("COMMIT");
    } catch (error) {
      await connection.run("ROLLBACK");
      throw error;
    }
    shown.set(table, views);
  };
  const look = async (table: LakeTable): Promise<void> => {
    const damaged = damage.get(table) ?? [];
    if (damaged.length === 0) return show(table, tableView(lakeDir, table, await hasParquet(lakeDir, table)));
    return sift(table, false);
  };
  const sift = async (table: LakeTable, thoroughly: boolean): Promise<void> => {
    const files = (await receivedNames(lakeDir, table)).map((name) => join(lakeDir, table, name));
    const sifted = await watch.sift(table, files, thoroughly);
    damage.set(table, sifted.damaged);
    await show(
      table,
      sifted.damaged.length === 0 ? tableView(lakeDir, table, files.length > 0) : damagedTableView(table, sifted),
    );
  };
  const isSound = (table: LakeTable): boolean => (damage.get(table) ?? []).length === 0;
  const lookForSettled = async (table: SettledTable, thoroughly: boolean): Promise<void> => {
    const files = await tableFiles(lakeDir, table);
    const came = await watch.sift(table, files.received, thoroughly);
    const holds = await watch.sift(table, files.settled, thoroughly);
    damage.set(table, [...came.damaged, ...holds.damaged]);
    const views = settledTableViews(table, sourcesOf(came), sourcesOf(holds)).join("; ");
    await show(table, views, () => lookUp(connection, table, isSound(table)));
  };
  /** Files may be merged between being listed and being looked into. */
  const lookUntilWhole = async (table: SettledTable, thoroughly: boolean): Promise<void> => {
    for (let listing = 1; ; listing++) {
      try {
        return await lookForSettled(table, thoroughly);
      } catch (error) {
        if (!isMissingFile(error) || listing >= MAX_LISTINGS) throw error;
        await afterRemovals(listing);
      }
    }
  };
  const isEmpty = (table: LakeTable): boolean => !(shown.get(table) ?? "").includes("read_parquet");
  const every = async (isWanted: (table: LakeTable) => boolean, thoroughly = false): Promise<void> => {
    for (const table of SETTLED_TABLES) await lookUntilWhole(table, thoroughly);
    const isDue = thoroughly || now() - lookedAt >= LOOK_MS;
    for (const table of TABLES) {
      if (isSettledTable(table)) continue;
      if (isDue) await sift(table, thoroughly);
      else if (isWanted(table)) await look(table);
    }
    if (isDue) lookedAt = now();
  };

  // One look at a time: two would race to replace the same view.
  let last: Promise<unknown> = Promise.resolve();
  const queued = <T>(work: () => Promise<T>): Promise<T> => {
    const made = last.then(work, work);
    last = made;
    return made;
  };
  const damagedFiles = (): readonly DamagedFile[] => TABLES.flatMap((table) => damage.get(table) ?? []);
  return {
    refresh: () => queued(() => every((table) => isEmpty(table) || !isSound(table))),
    recheck: () => queued(() => every(() => true)),
    searchDamage: () =>
      queued(async () => {
        const before = JSON.stringify(damagedFiles());
        await every(() => true, true);
        return JSON.stringify(damagedFiles()) !== before;
      }),
    forget: () => {
      lookedAt = Number.NEGATIVE_INFINITY;
    },
    damaged: damagedFiles,
  };
}

/**
 * What is looked up once for all questions, when a table's files have changed. Of what cannot be read nothing is known:
 * then whoever asks looks, and is told.
 */
async function lookUp(connection: DuckDBConnection, table: SettledTable, isSound: boolean): Promise<void> {
  if (table === "profile_changes") return;
  if (table === "events_log") return runAll(connection, knownAgain(isSound));
  const [row] = isSound ? (await connection.runAndReadAll(ANY_SHARED)).getRows() : [];
  await runAll(connection, identityViews(!isSound || row?.[0] === true));
}

async function runAll(connection: DuckDBConnection, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await connection.run(statement);
}

const sourcesOf = ({ sound, damaged }: Sifted): Sources => ({
  files: sound,
  failing: damaged.map((file) => failingRelation(file)),
});
