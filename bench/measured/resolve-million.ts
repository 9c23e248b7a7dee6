import { join } from "node:path";
import type { BenchContext, Benchmark } from "#bench/benchmark.ts";
import { sqliteRewritesPerSecond } from "#bench/limits/sqlite-rewrite.ts";
import { measureOf } from "#bench/measure.ts";
import { strangers } from "#bench/strangers.ts";
import { type Absorbed, openProfileDatabase } from "#bench/subjects/profile-database.ts";
import { identifierKey } from "#core/kernel/identifier.ts";

const BATCH = 2_000;
/** Of all events. */
const MERGING = 0.08;
/** Batches before the first that counts: code is compiled while it runs. */
const WARM_UP = 10;
const VISITS = [4, 1] as const;
/** About what a stored profile has. */
const ROW_BYTES = 500;
const LIMIT_EVENTS = 100_000;

interface Resolved {
  readonly eventsPerSecond: number;
  readonly eventsPerCpuSecond: number;
  readonly mergeShare: number;
  readonly keys: number;
}

/** A million events of a hundred thousand people into profiles on disk, one commit for each batch. */
export const resolveMillion: Benchmark = async (context) => {
  const [count, people] = context.quick ? [30_000, 3_000] : [1_000_000, 100_000];
  const found: { readonly perVisit: number; readonly resolved: Resolved }[] = [];
  for (const perVisit of VISITS) {
    const resolved = await resolveAll(
      context,
      `${perVisit}.db`,
      strangers({ seed: 1, people, merging: MERGING, perVisit }),
      count,
    );
    found.push({ perVisit, resolved });
  }
  const keys = strangers({ seed: 1, people, merging: MERGING, perVisit: 1 })
    .next(Math.min(count, LIMIT_EVENTS))
    .map(({ identifiers: [first] }) => (first === undefined ? "" : identifierKey(first)));
  const rewritten = sqliteRewritesPerSecond(join(context.folder, "limit.db"), keys, ROW_BYTES, BATCH);
  const limits = [{ what: "SQLite reads and rewrites a row for each event, nothing computed", value: rewritten }];
  return {
    figures: found.flatMap(({ perVisit, resolved }) => {
      const who = perVisit === 1 ? "each event of another person" : `visits of ${perVisit} events`;
      return [
        {
          what: `resolve ${words(count)} events, ${who}`,
          unit: "events/s" as const,
          measured: measureOf([resolved.eventsPerSecond]),
          limits,
          target: { atLeast: 25_000 },
        },
        {
          what: `the same for each second of processor time, ${who}`,
          unit: "events/s" as const,
          measured: measureOf([resolved.eventsPerCpuSecond]),
        },
      ];
    }),
    notes: [
      `${words(people)} people, in batches of ${words(BATCH)} events, each in a transaction that is on disk before the next begins. ${found.map(({ perVisit, resolved }) => `With ${perVisit} to a visit ${(100 * resolved.mergeShare).toFixed(1)} % of the events brought two stored profiles together, and ${words(resolved.keys)} identifiers are known in the end`).join("; ")}. Making the events is not in the time.`,
    ],
  };
};

const words = (value: number): string => value.toLocaleString("en-US");

async function resolveAll(
  { folder, progress }: BenchContext,
  name: string,
  source: ReturnType<typeof strangers>,
  count: number,
): Promise<Resolved> {
  const database = openProfileDatabase(join(folder, name));
  let [seconds, cpuSeconds, merges, counted] = [0, 0, 0, 0];
  for (let nth = 0; nth * BATCH < count; nth++) {
    if (nth % 25 === 0) progress(`${words(nth * BATCH)} events`);
    const made: Absorbed = await database.absorb(source.next(BATCH));
    merges += made.merges;
    if (nth < Math.min(WARM_UP, count / BATCH / 2)) continue;
    seconds += made.seconds;
    cpuSeconds += made.cpuSeconds;
    counted += BATCH;
  }
  const keys = database.keys();
  database.close();
  return {
    eventsPerSecond: counted / seconds,
    eventsPerCpuSecond: counted / cpuSeconds,
    mergeShare: merges / count,
    keys,
  };
}
