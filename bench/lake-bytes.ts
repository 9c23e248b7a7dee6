import { basename, dirname } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { DUCKDB_TYPE } from "#adapters/local/duckdb-type.ts";
import { isCurrent, isSettledTable } from "#adapters/local/lake-manifest.ts";
import { LAKE_TABLES, LAKE_VIEWS, type LakeTable } from "#contracts/lake.ts";
import type { LakeWorkload } from "./lake-workload.ts";
import { quoted } from "./limits/duckdb.ts";

interface PlanNode {
  readonly name: string;
  readonly children?: readonly PlanNode[];
  readonly extra_info?: Readonly<Record<string, string | readonly string[]>>;
}

export interface BytesRead {
  readonly bytes: number;
  /** `table.column`, each once. */
  readonly columns: readonly string[];
}

/**
 * The bytes of the columns that a statement reads of the lake, through the views as the contract has them: which columns
 * of which table each scan reads is what the plan says, how many bytes they are is what the files say of themselves.
 */
export async function bytesRead(sql: string, { files }: LakeWorkload): Promise<BytesRead> {
  const scans = (await scansOf(sql)).filter(isRead);
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  let bytes = 0;
  for (const { table, columns, of } of scans) {
    if (!isSettledTable(table) || columns.length === 0) continue;
    const read = files[table].filter((file) => isReadFor(of, file));
    if (read.length === 0) continue;
    const paths = `[${read.map(quoted).join(", ")}]`;
    const names = columns.map(quoted).join(", ");
    const answer = await connection.runAndReadAll(
      `SELECT coalesce(sum(total_compressed_size), 0) FROM parquet_metadata(${paths}) WHERE path_in_schema IN (${names})`,
    );
    bytes += Number(answer.getRows()[0]?.[0]);
  }
  connection.closeSync();
  instance.closeSync();
  const columns = new Set(scans.flatMap((scan) => scan.columns.map((column) => `${scan.table}.${column}`)));
  return { bytes, columns: [...columns].sort() };
}

/** What a statement reads of the lake's tables, through the views as the contract has them, as the plan says. */
export async function scansOf(sql: string): Promise<readonly Scan[]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  const run = async (text: string) => (await connection.runAndReadAll(text)).getRows();
  // Tables of the engine's own, so that a scan says by its name what it reads; with rows, and not looked at, so that no
  // scan is left out.
  for (const table of Object.keys(LAKE_TABLES) as LakeTable[]) {
    const columns = Object.entries(LAKE_TABLES[table]).map(([name, type]) => `${name} ${DUCKDB_TYPE[type]}`);
    await run(`CREATE TABLE ${table} (${columns.join(", ")}, "$path" VARCHAR)`);
    await run(`INSERT INTO ${table} (dt) SELECT '2026-01-01' FROM range(10)`);
  }
  await run("SET disabled_optimizers = 'statistics_propagation'");
  for (const [name, select] of Object.entries(LAKE_VIEWS)) await run(`CREATE VIEW ${name} AS ${select}`);
  const [plan] = await run(`EXPLAIN (FORMAT json) ${sql}`);
  connection.closeSync();
  instance.closeSync();
  return (JSON.parse(String(plan?.[1])) as readonly PlanNode[]).flatMap(scansIn);
}

export interface Scan {
  readonly table: LakeTable;
  readonly columns: readonly string[];
  /** Which rows the scan asks for. Files hold one kind only, as their statistics say, so it reads those files only. */
  readonly of: "all" | "standing" | "settled" | "received" | "named";
}

/** What stands is what was not overtaken: what came, and what counts of what is settled. */
function isReadFor(of: Scan["of"], file: string): boolean {
  if (of === "all") return true;
  const isSettled = basename(dirname(file)) === "settled";
  if (of === "standing") return !isSettled || isCurrent(file);
  return of === "settled" ? isCurrent(file) : !isSettled;
}

function scansIn(node: PlanNode): readonly Scan[] {
  const below = (node.children ?? []).flatMap(scansIn);
  const table = [node.extra_info?.Table ?? []].flat()[0]?.split(".").at(-1) as LakeTable | undefined;
  if (table === undefined || !(table in LAKE_TABLES)) return below;
  const said = [node.extra_info?.Projections ?? [], node.extra_info?.Filters ?? []].flat(2).join(" ");
  const isColumn = (name: string): boolean => name !== "dt" && new RegExp(`\\b${name}\\b`).test(said);
  const columns = Object.keys(LAKE_TABLES[table]).filter(isColumn);
  return [{ table, columns, of: kindIn([node.extra_info?.Filters ?? []].flat().join(" ")) }, ...below];
}

/** The log as a whole is read for logins on shared devices alone: joined to those devices, of which this lake has none. */
const isRead = ({ table, of }: Scan): boolean => table !== "events_log" || of !== "all";

function kindIn(filters: string): Scan["of"] {
  if (filters.includes("$path")) return "named";
  if (/settled IS NULL\)? OR/i.test(filters)) return "standing";
  if (/settled IS NULL/i.test(filters)) return "received";
  return /settled( *= *true)?/i.test(filters) ? "settled" : "all";
}
