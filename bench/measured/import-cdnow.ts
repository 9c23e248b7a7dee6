import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark } from "#bench/benchmark.ts";
import { csvToParquet } from "#bench/limits/csv-to-parquet.ts";
import { measureOf, rounds } from "#bench/measure.ts";
import { runLocal } from "#bench/subjects/tributary.ts";
import { sharedData } from "#test/support/shared-data.ts";

const WHOLE = [69_659, 23_570, 2_500_315.63];
const COUNT = "SELECT count(*), count(DISTINCT profile_id), round(sum(revenue), 2) FROM events";

/** How long CDNOW takes from the command until every purchase can be asked for. */
export const importCdnow: Benchmark = async (context) => {
  if (context.quick) return { skipped: "a quick run imports generated purchases only" };
  const file = sharedData("cdnow/cdnow_master.csv.gz");
  if (!existsSync(file)) return { skipped: "the shared data has no CDNOW (set TRIBUTARY_DATA to its folder)" };
  const found = await rounds(context, 5, async (nth) => {
    const data = join(context.folder, String(nth));
    const { seconds, peakBytes } = await runLocal(["import", file, "--mapping", "cdnow", "--data", data, "--json"]);
    const { stdout } = await runLocal(["sql", COUNT, "--data", data, "--json"]);
    const { rows } = JSON.parse(stdout) as { rows: readonly (readonly number[])[] };
    if (JSON.stringify(rows) !== JSON.stringify([WHOLE])) throw new Error(`CDNOW came in as ${JSON.stringify(rows)}`);
    return { seconds, peakBytes };
  });
  const limit = await csvToParquet(file, join(context.folder, "cdnow.parquet"));
  const peaks = found.flatMap(({ peakBytes }) => (peakBytes === undefined ? [] : [peakBytes / 1_048_576]));
  return {
    figures: [
      {
        what: "CDNOW to queryable",
        unit: "s",
        measured: measureOf(found.map(({ seconds }) => seconds)),
        limits: [{ what: "DuckDB: the same file from CSV to Parquet, no identity, no profiles", value: limit }],
        target: { below: 8 },
      },
      ...(peaks.length === 0
        ? []
        : [{ what: "resident memory meanwhile, peak", unit: "MB" as const, measured: measureOf(peaks) }]),
    ],
    notes: [
      "`npm run local -- import` on a new data folder, from its start to its end: everything is in profiles and lake then. Events, profiles and turnover are asked for afterwards, and are right to the cent.",
    ],
  };
};
