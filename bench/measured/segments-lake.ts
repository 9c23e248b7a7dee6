import { join } from "node:path";
import { openLakeQuery } from "#adapters/local/lake-query.ts";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import type { BenchContext, Benchmark, Figure } from "#bench/benchmark.ts";
import { bytesRead } from "#bench/lake-bytes.ts";
import { type LakeWorkload, writeLake } from "#bench/lake-workload.ts";
import { duckdbRows, duckdbSeconds, quoted } from "#bench/limits/duckdb.ts";
import { measureOf, rounds, secondsFor } from "#bench/measure.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";

interface Asked {
  readonly what: string;
  readonly condition: ResolvedCondition;
  /** How many people it is, asked by hand of the bare files. */
  readonly byHand: (lake: LakeWorkload) => string;
}

const files = (paths: readonly string[]): string =>
  `read_parquet([${paths.map(quoted).join(", ")}], union_by_name = true)`;
const at = (time: number): string => `TIMESTAMP '${isoTime(time).slice(0, 19).replace("T", " ")}'`;
const daysBefore = ({ now }: LakeWorkload, days: number): string => at(now - days * 86_400_000);

/** Events of one name in the last days, with whose they are. */
const done = (lake: LakeWorkload, name: string, days: number): string => `
  SELECT m.profile_id, e.event_time FROM ${files(lake.files.events_log)} e
  JOIN ${files(lake.files.identity_changes)} m ON m.identity_key = e.identity_key
  WHERE e.event = ${quoted(name)} AND e.event_time > ${daysBefore(lake, days)} AND e.event_time <= ${at(lake.now)}`;

const ASKED: readonly Asked[] = [
  {
    what: "traits only",
    condition: {
      all: [
        { trait: "plan", eq: "pro" },
        { trait: "age", gte: 30 },
      ],
    },
    byHand: (lake) => `
      SELECT count(*) FROM ${files(lake.files.profile_changes)}
      WHERE json_extract_string(traits, '$.plan') = 'pro' AND CAST(json_extract(traits, '$.age') AS INTEGER) >= 30`,
  },
  {
    what: "a count in 30 days",
    condition: { event: "Order Completed", within: { last: "30d" }, count: { gte: 2 } },
    byHand: (lake) => `
      SELECT count(*) FROM (
        SELECT profile_id FROM (${done(lake, "Order Completed", 30)}) GROUP BY profile_id HAVING count(*) >= 2
      )`,
  },
  {
    what: "a sequence of two steps",
    condition: {
      sequence: [{ event: "Product Added" }, { event: "Order Completed", after: { atMost: "7d" } }],
      within: { last: "90d" },
    },
    byHand: (lake) => `
      SELECT count(DISTINCT a.profile_id) FROM (${done(lake, "Product Added", 90)}) a
      JOIN (${done(lake, "Order Completed", 90)}) o ON o.profile_id = a.profile_id
        AND o.event_time > a.event_time AND o.event_time <= a.event_time + INTERVAL 7 DAY`,
  },
];

interface Found {
  readonly figure: Figure;
  readonly row: readonly string[];
}

async function ask(context: BenchContext, lake: LakeWorkload, query: LakeQuery, asked: Asked): Promise<Found> {
  const { what, condition, byHand } = asked;
  const sql = segmentSql(condition, lake.now, duckdbDialect);
  const members = async (): Promise<number> =>
    Number((await query.query(`SELECT count(*) FROM (${sql})`)).rows[0]?.[0]);
  const [found, expected] = [await members(), Number((await duckdbRows(byHand(lake), 2))[0]?.[0])];
  if (found !== expected) throw new Error(`${what}: ${found} members in the lake, ${expected} by hand`);
  const seconds = await rounds(context, 5, () => secondsFor(async () => void (await members()), 1));
  const bare = await duckdbSeconds(byHand(lake), 2);
  const { bytes, columns } = await bytesRead(sql, lake);
  return {
    figure: {
      what: `members of a segment: ${what}`,
      unit: "s",
      measured: measureOf(seconds),
      limits: [{ what: "DuckDB: the same question by hand, of the bare Parquet files", value: bare }],
      target: { below: Math.min(2, 3 * bare) },
    },
    row: [what, found.toLocaleString("en-US"), megabytes(bytes), share(bytes, lake), columns.join(", ")],
  };
}

/** Typical segments over ten million events and a million people, beside the same questions by hand of the bare files. */
export const segmentsLake: Benchmark = async (context) => {
  const events = context.quick ? 200_000 : 10_000_000;
  context.progress(`writing ${events.toLocaleString("en-US")} events`);
  const began = performance.now();
  const lake = await writeLake(join(context.folder, "lake"), events);
  const written = (performance.now() - began) / 1_000;
  const query = await openLakeQuery(lake.lakeDir);
  const found: Found[] = [];
  for (const asked of ASKED) found.push(await ask(context, lake, query.lake, asked));
  query.close();
  return {
    figures: [...found.map(({ figure }) => figure), sizeOfParquet(lake)],
    table: {
      columns: ["segment", "members", "bytes of the columns", "of the JSON", "columns"],
      rows: found.map(({ row }) => row),
    },
    notes: [
      `${events.toLocaleString("en-US")} events of two years and ${lake.people.toLocaleString("en-US")} people, written in ${written.toFixed(0)} s; all but the last day are settled. ${megabytes(lake.jsonBytes)} as JSON lines. Lake and hand agree on the members.`,
      "The bytes are those of every column that the contract's views read of each table, compressed, of all files, once for each time they are read (as Athena counts, which bills these): nothing is taken off for row groups that statistics pass over. No device is shared, so the log is not read for logins on such.",
    ],
  };
};

const sizeOfParquet = ({ parquetBytes, jsonBytes }: LakeWorkload): Figure => ({
  what: "Parquet bytes of an event, as a share of its JSON",
  unit: "×",
  measured: measureOf([parquetBytes / jsonBytes]),
  target: { atMost: 0.25 },
});

const megabytes = (bytes: number): string =>
  `${(bytes / 1e6).toLocaleString("en-US", { maximumFractionDigits: 1 })} MB`;
const share = (bytes: number, { jsonBytes }: LakeWorkload): string => `${((100 * bytes) / jsonBytes).toFixed(2)} %`;
