import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { LAKE_DATABASE } from "#contracts/lake.ts";
import {
  type AnalystQuery,
  type LakeQuery,
  LakeQueryError,
  LakeQueryTooLarge,
  type QueryResult,
} from "#core/kernel/ports.ts";
import { type AnswerPages, answerPages } from "./answer-pages.ts";
import { ATHENA_PRELUDE } from "./athena-prelude.ts";
import { athenaStatement, located } from "./athena-statement.ts";
import type { DamagedFile } from "./lake-damage.ts";
import { lakeViews } from "./lake-part-views.ts";
import { type ConnectionPool, connectionPool } from "./lake-query-pool.ts";
import { type RowLimits, readRows } from "./lake-query-rows.ts";
import { isMissingFile, MAX_LISTINGS, type TableKeeper, tableKeeper } from "./lake-query-tables.ts";

export interface LakeQueryOptions {
  /** What the engine may use, in its own words: `256MB`. Beyond it, it spills to disk. */
  readonly memoryLimit?: string;
  /** Where it spills to, within the lake's folder: nobody else's engine may use the same. */
  readonly spillFolder?: string;
  /** How much it may spill, in its own words; without it, nine tenths of what is free. */
  readonly spillLimit?: string;
  readonly threads?: number;
  /** How long an analyst's statement may take, in ms. */
  readonly analystTimeMs?: number;
  /** How many rows an analyst is answered, on all pages; then the answer is marked as truncated. */
  readonly analystRows?: number;
  /** How large an analyst's answer may be, in characters of its values; then too. */
  readonly analystCharacters?: number;
}

export interface LocalLakeQuery {
  /** DuckDB's dialect, for our own statements: no limits, every row. */
  readonly lake: LakeQuery;
  /** Athena's dialect, for people's: see `athena-statement.ts`. */
  readonly analyst: AnalystQuery;
  /** The same, keeping what does not fit on an answer's first page with somebody else. */
  analystKeeping(pages: AnswerPages): AnalystQuery;
  /** Files that cannot be read as what they should be, as of the last look. */
  damaged(): readonly DamagedFile[];
  /** Has the next query look at once at what changed in the lake's folders, not only now and then. */
  look(): void;
  close(): void;
}

const DEFAULTS = {
  memoryLimit: "256MB",
  spillFolder: ".spill",
  threads: 2,
  analystTimeMs: 30_000,
  analystRows: 200_000,
  analystCharacters: 64_000_000,
};
const CONNECTIONS_EACH = 2;

/**
 * The lake on one machine, asked through an engine in memory: its tables are views over whatever Parquet files are
 * finished at the moment of asking. The engine can reach no file outside of the lake's folder, no network and no
 * extension, and its settings are locked.
 */
export async function openLakeQuery(lakeDir: string, options: LakeQueryOptions = {}): Promise<LocalLakeQuery> {
  checkLakeFolder(lakeDir);
  const settings = { ...DEFAULTS, ...options };
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: settings.memoryLimit,
    threads: String(settings.threads),
  });
  const connections = await Promise.all(Array.from({ length: 2 * CONNECTIONS_EACH + 1 }, () => instance.connect()));
  const [keeper, ...others] = connections as [DuckDBConnection, ...DuckDBConnection[]];
  await prepare(keeper, others, { ...settings, lakeDir });
  const tables = tableKeeper(keeper, lakeDir, Date.now);
  await tables.refresh();
  for (const view of lakeViews()) await keeper.run(view);
  const pages = answerPages(lakeDir);
  const analysts = {
    pool: connectionPool(others.slice(CONNECTIONS_EACH)),
    tables,
    lakeDir,
    limits: { timeMs: settings.analystTimeMs, rows: settings.analystRows, characters: settings.analystCharacters },
  };
  return {
    lake: trustedQuery(connectionPool(others.slice(0, CONNECTIONS_EACH)), tables),
    analyst: analystQuery({ ...analysts, pages }),
    analystKeeping: (elsewhere) => analystQuery({ ...analysts, pages: elsewhere }),
    damaged: tables.damaged,
    look: tables.forget,
    close: () => {
      pages.close();
      for (const connection of connections) connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Throws where the engine could not tell the folder from others. */
export function checkLakeFolder(lakeDir: string): void {
  // They would be taken for patterns of file names, and the engine knows no way to say that they are none.
  if (/[*?[]/.test(lakeDir)) throw new Error(`the lake's folder may not have *, ? or [ in its path: ${lakeDir}`);
}

const trustedQuery = (pool: ConnectionPool, tables: TableKeeper): LakeQuery => ({
  query: (sql, limits = {}) =>
    pool.use(async (connection) => {
      try {
        return await withFreshTables(tables, () => readRows(connection, sql, limits));
      } catch (error) {
        throw refusalOf(error, (message) => message);
      }
    }),
});

interface Asked {
  readonly pool: ConnectionPool;
  readonly tables: TableKeeper;
  readonly lakeDir: string;
  readonly pages: AnswerPages;
  readonly limits: Required<RowLimits>;
}

const analystQuery = ({ pool, tables, lakeDir, pages, limits }: Asked): AnalystQuery => ({
  query: (sql, { page, timeMs } = {}) =>
    pool.use(async (connection) => {
      try {
        const statement = await athenaStatement(sql, connection);
        const paging = page && { size: page, pages };
        const within = { ...limits, timeMs: Math.min(limits.timeMs, timeMs ?? limits.timeMs) };
        return await withFreshTables(tables, () => readRows(connection, statement, within, paging));
      } catch (error) {
        throw refusalOf(error, (message) => located(message.replaceAll(lakeDir, "lake"), sql));
      }
    }),
  next: (cursor) => pages.page(cursor),
});

/**
 * Files may be replaced between being listed and being read (compaction): listed anew then, and read again. Where the
 * engine stumbles over a file, it is looked for, and the statement is told its name, or answered without it.
 */
async function withFreshTables(tables: TableKeeper, run: () => Promise<QueryResult>): Promise<QueryResult> {
  await tables.refresh();
  let searched = false;
  for (let listing = 1; ; listing++) {
    try {
      return await run();
    } catch (error) {
      if (isMissingFile(error) && listing < MAX_LISTINGS) await tables.recheck();
      else if (searched || !isOfFile(error) || !(await tables.searchDamage())) throw error;
      else searched = true;
    }
  }
}

interface Where {
  readonly lakeDir: string;
  readonly spillFolder: string;
  readonly spillLimit?: string;
}

async function prepare(
  keeper: DuckDBConnection,
  others: readonly DuckDBConnection[],
  { lakeDir, spillFolder, spillLimit }: Where,
): Promise<void> {
  const folder = lakeDir.replaceAll("'", "''");
  await keeper.run(`
    SET allowed_directories = ['${folder}'];
    SET temp_directory = '${join(folder, spillFolder)}';
    ${spillLimit === undefined ? "" : `SET max_temp_directory_size = '${spillLimit}';`}
    SET preserve_insertion_order = false;
    SET parquet_metadata_cache = true;
    SET autoinstall_known_extensions = false;
    SET autoload_known_extensions = false;
    SET enable_external_access = false;
    CREATE SCHEMA ${LAKE_DATABASE};
  `);
  for (const connection of [keeper, ...others]) {
    await connection.run(`SET TimeZone = 'UTC'; USE memory.${LAKE_DATABASE};`);
  }
  await keeper.run(ATHENA_PRELUDE.map((macro) => `CREATE MACRO ${macro};`).join("\n"));
  await keeper.run("SET lock_configuration = true");
}

/** What to do where a statement takes more memory than there is for it. */
export const TOO_LARGE =
  "the statement was stopped: it takes more memory than there is for a question; ask for fewer days (dt), select fewer columns, join fewer rows, or aggregate before joining";

/** What the engine may say of a file that it cannot read, or not as the table's others. */
const isOfFile = (error: unknown): boolean =>
  error instanceof Error &&
  /parquet|magic bytes|decompress|corrupt|TProtocol|Out of buffer|^(IO|Serialization|Invalid) Error/i.test(
    error.message,
  );

/** What the engine says of a statement is the asker's; that it cannot read its files is ours. */
function refusalOf(error: unknown, told: (message: string) => string): unknown {
  if (!(error instanceof Error) || error instanceof LakeQueryError) return error;
  // What the engine advises is for whoever may change its settings.
  if (/^Out of Memory Error/i.test(error.message)) return new LakeQueryTooLarge(TOO_LARGE, { cause: error });
  const refused = /^(?!IO Error|INTERNAL|Fatal)[A-Z][\w ]*(Error|Exception)?: /i.test(error.message);
  return refused ? new LakeQueryError(told(error.message), { cause: error }) : error;
}
