import { join } from "node:path";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import { chanceFrom, shopRequests } from "#bench/aws-workload.ts";
import type { Benchmark, Figure } from "#bench/benchmark.ts";
import { scansOf } from "#bench/lake-bytes.ts";
import { type LakeWorkload, writeLake } from "#bench/lake-workload.ts";
import { duckdbRows, quoted } from "#bench/limits/duckdb.ts";
import { measureOf } from "#bench/measure.ts";
import { type SettlingModel, settlingModel } from "#bench/settling-model.ts";
import { settledRows } from "#contracts/lake-settling.ts";
import { PRICES } from "#contracts/prices.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { DAY, HOUR, isoDay } from "#core/kernel/time.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import { changeRows } from "#core/profiles/change-rows.ts";

const TABLES = ["events_log", "identity_changes", "profile_changes"] as const;
type Table = (typeof TABLES)[number];

/** A day of a shop: a million events of a million people, files as Firehose closes them, calls as the schedule makes them. */
const EVENTS_A_DAY = 1_000_000;
const PEOPLE = 1_000_000;
const FILES_A_DAY = 288;
const CALLS_A_DAY = 4;
/** A row of the model stands for so many. */
const SCALE = 1_000;
const FIRST = Date.UTC(2026, 0, 1);
const GIGABYTE = 1e9;
const TEBIBYTE = 1_024 ** 4;
/** Athena reads the end of a file, which says what lies where, and then what it wants of it. */
const GETS_A_FILE = 2;

/** What it costs to settle a lake, and what is read of it afterwards: the function's own steps over a year, counted. */
export const settling: Benchmark = async (context) => {
  const days = context.quick ? 40 : 365;
  const lake = await writeLake(join(context.folder, "lake"), 100_000);
  const rowsOf = await rowsOfAnEvent();
  const rows: string[][] = [];
  const figures: Figure[] = [];
  for (const table of TABLES) {
    context.progress(table);
    const model = await settled(table, lake, { days, aDay: EVENTS_A_DAY * rowsOf[table] });
    rows.push(rowFor(table, model, days));
    if (table !== "profile_changes") continue;
    const { standing, all, keys } = model.rows();
    figures.push({
      what: `${table} after ${days} days: rows read by who asks what stands, of all rows`,
      unit: "×",
      measured: measureOf([standing / all]),
      limits: [{ what: "one row for each key", value: keys / all }],
    });
  }
  return {
    figures,
    table: { columns: COLUMNS, rows },
    notes: [
      `Counted, not timed, on the compact function's own steps over a bucket of which keys, sizes and rows are kept: ${days} days of a million events, profiles changing at random of a million people, ${FILES_A_DAY} files a day and table, ${CALLS_A_DAY} calls. A million events bring ${whole(EVENTS_A_DAY * rowsOf.identity_changes)} rows of identity_changes and ${whole(EVENTS_A_DAY * rowsOf.profile_changes)} of profile_changes, as the shop's visits do.`,
      "Bytes are those of the columns that each scan of the statement reads, by a plan, of all files that it cannot pass over by their names or statistics, as a sample of the lake compresses them. A file that Athena opens is counted as two GETs, one that it writes as one PUT. Deleting is free. The last run's bytes show what a run has grown to: names of all settled events are looked through.",
    ],
  };
};

const COLUMNS = [
  "table",
  "runs",
  "PUT, COPY, LIST",
  "GET",
  "bytes scanned",
  "of them the last run",
  "per million events",
];

/** How many rows of each table an event comes to. */
async function rowsOfAnEvent(): Promise<Readonly<Record<Table, number>>> {
  const store = memoryProfileStore();
  const found = { events_log: 0, identity_changes: 0, profile_changes: 0 };
  for (const events of shopRequests(150, 6)) {
    const { changes } = await absorbEvents(
      { store, pause: async () => {} },
      { events, assertions: [] },
      defaultIdentityRules,
    );
    found.events_log += events.length;
    for (const change of changes) {
      const rows = changeRows(change, defaultIdentityRules, FIRST);
      found.identity_changes += rows.identity_changes.length;
      found.profile_changes += rows.profile_changes.length;
    }
  }
  const { events_log: events } = found;
  return {
    events_log: 1,
    identity_changes: found.identity_changes / events,
    profile_changes: found.profile_changes / events,
  };
}

interface Grown extends SettlingModel {
  readonly lastRunBytes: number;
}

async function settled(
  table: Table,
  lake: LakeWorkload,
  { days, aDay }: { readonly days: number; readonly aDay: number },
): Promise<Grown> {
  const statement = settledRows(table, { days: ["2026-01-01"], paths: ["one", "other"] });
  const scans = (await scansOf(statement)).filter((scan) => scan.table === table);
  const model = settlingModel({ table, scans, bytesOfRow: await widthsOf(table, lake), scale: SCALE });
  const { below } = chanceFrom(1);
  // An event, and an identifier, is told of once; what a profile looks like, again and again.
  const [isOfPeople, keys] = [table === "profile_changes", PEOPLE / SCALE];
  let [nth, due, lastRunBytes] = [0, 0, 0];
  for (let day = 0; day < days; day++) {
    for (let file = 0; file < FILES_A_DAY; file++) {
      due += aDay / SCALE / FILES_A_DAY;
      const count = Math.floor(due);
      due -= count;
      const rows = Array.from({ length: count }, () => ({ version: ++nth, key: isOfPeople ? below(keys) : nth }));
      model.receive(isoDay(FIRST + day * DAY), `stream-${String(file).padStart(3, "0")}`, rows);
    }
    for (let call = 0; call < CALLS_A_DAY; call++) {
      const { runs, scannedBytes } = model.counts;
      await model.settle(FIRST + day * DAY + (call * 24 * HOUR) / CALLS_A_DAY);
      if (model.counts.runs > runs)
        lastRunBytes = (model.counts.scannedBytes - scannedBytes) / (model.counts.runs - runs);
    }
  }
  return { ...model, lastRunBytes };
}

/** Bytes of some columns for each row, as the sample's files hold them. */
async function widthsOf(
  table: Table,
  { files }: LakeWorkload,
): Promise<(columns: readonly string[] | "all") => number> {
  const paths = `[${files[table].map(quoted).join(", ")}]`;
  const [[rows] = []] = await duckdbRows(`SELECT sum(num_rows) FROM parquet_file_metadata(${paths})`, 1);
  const sizes = await duckdbRows(
    `SELECT path_in_schema, sum(total_compressed_size) FROM parquet_metadata(${paths}) GROUP BY ALL`,
    1,
  );
  const width = new Map(sizes.map(([column, bytes]) => [String(column), Number(bytes) / Number(rows)]));
  const sum = (columns: Iterable<string>): number =>
    [...columns].reduce((total, name) => total + (width.get(name) ?? 0), 0);
  return (columns) => sum(columns === "all" ? width.keys() : columns);
}

function rowFor(table: Table, { counts, lastRunBytes }: Grown, days: number): string[] {
  const puts = counts.puts + counts.written;
  const gets = counts.gets + counts.opened * GETS_A_FILE;
  const dollars = puts * PRICES.s3Put + gets * PRICES.s3Get + (counts.scannedBytes / TEBIBYTE) * PRICES.athenaTerabyte;
  const perMillion = (count: number): number => (count * 1e6) / (days * EVENTS_A_DAY);
  return [
    table,
    String(counts.runs),
    perMillion(puts).toFixed(0),
    perMillion(gets).toFixed(0),
    `${(perMillion(counts.scannedBytes) / GIGABYTE).toFixed(2)} GB`,
    `${(lastRunBytes / GIGABYTE).toFixed(2)} GB`,
    `$${perMillion(dollars).toFixed(4)}`,
  ];
}

const whole = (count: number): string => Math.round(count).toLocaleString("en-US");
