import { join } from "node:path";
import type { Benchmark, Figure } from "#bench/benchmark.ts";
import { csvToParquet } from "#bench/limits/csv-to-parquet.ts";
import { measureOf } from "#bench/measure.ts";
import { writePurchases } from "#bench/purchases-file.ts";
import { runLocal } from "#bench/subjects/tributary.ts";

/** How long a large file takes, and in how much memory. Once: it is long enough to be its own average. */
export const importMillion: Benchmark = async (context) => {
  const count = context.quick ? 20_000 : 1_000_000;
  const file = join(context.folder, "purchases.csv");
  const data = join(context.folder, "data");
  context.progress("writing the file");
  const { revenue } = await writePurchases(file, count);
  const limit = await csvToParquet(file, join(context.folder, "purchases.parquet"));
  context.progress("importing");
  const { seconds, peakBytes } = await runLocal(["import", file, "--mapping", "cdnow", "--data", data, "--json"]);
  context.progress("counting");
  const people = await confirm(data, count, revenue);
  const name = count.toLocaleString("en-US");
  return {
    figures: [
      {
        what: `${name} events to queryable`,
        unit: "s",
        measured: measureOf([seconds]),
        limits: [{ what: "DuckDB: the same file from CSV to Parquet, no identity, no profiles", value: limit }],
      },
      {
        what: `${name} events to queryable, rate`,
        unit: "events/s",
        measured: measureOf([count / seconds]),
        limits: [{ what: "DuckDB: the same file from CSV to Parquet", value: count / limit }],
      },
      ...memoryFigure(name, peakBytes),
    ],
    notes: [
      `A generated CSV file in CDNOW's columns, in the order of days: ${people.toLocaleString("en-US")} customers. \`npm run local -- import\` on a new data folder, from its start to its end; afterwards a query counts all events at their profiles, and their turnover to the cent. Memory is the whole process's, all threads and engines included, as the system says at its end, in MB of 1,048,576 bytes${peakBytes === undefined ? " (it did not say here: unknown)" : ""}.`,
    ],
  };
};

function memoryFigure(name: string, bytes: number | undefined): readonly Figure[] {
  if (bytes === undefined) return [];
  const what = `resident memory during ${name} events, peak`;
  return [{ what, unit: "MB", measured: measureOf([bytes / 1_048_576]), target: { below: 400 } }];
}

/** How many people there are, if everything came in. */
async function confirm(data: string, count: number, revenue: number): Promise<number> {
  const ask = "SELECT count(*), count(profile_id), count(DISTINCT profile_id), round(sum(revenue), 2) FROM events";
  const { stdout } = await runLocal(["sql", ask, "--data", data, "--json"]);
  const { rows } = JSON.parse(stdout) as { rows: readonly (readonly number[])[] };
  const [all, known, people = 0, sum] = rows[0] ?? [];
  if (all !== count || known !== count || sum !== revenue) {
    throw new Error(`of ${count} events for ${revenue} ${all} came in, ${known} at profiles, for ${sum}`);
  }
  return people;
}
