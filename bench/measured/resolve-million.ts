import { join } from "node:path";
import type { BenchContext, Benchmark, Figure } from "#bench/benchmark.ts";
import { sqliteRewritesPerSecond } from "#bench/limits/sqlite-rewrite.ts";
import { measureOf } from "#bench/measure.ts";
import { strangers } from "#bench/strangers.ts";
import { openProfileDatabase } from "#bench/subjects/profile-database.ts";
import { identifierKey } from "#core/kernel/identifier.ts";

const BATCH = 2_000;
/** Of all events. */
const MERGING = 0.08;
/** Batches before the first that counts: code is compiled while it runs. */
const WARM_UP = 10;
/** About what a stored profile has. */
const ROW_BYTES = 500;

interface Stream {
  readonly what: string;
  readonly count: number;
  readonly people: number;
  readonly perVisit: number;
}

interface Resolved extends Stream {
  /** Fewer than asked for where the time was over before. */
  readonly resolved: number;
  readonly eventsPerSecond: number;
  readonly eventsPerCpuSecond: number;
  readonly mergeShare: number;
  readonly keys: number;
}

/** A million events of a hundred thousand people into profiles on disk, one commit for each batch. */
export const resolveMillion: Benchmark = async (context) => {
  const scale = context.quick ? 30 : 1;
  const million = { what: "visits of 4 events", count: 1_000_000 / scale, people: 100_000 / scale, perVisit: 4 };
  const hardest = {
    what: "each event of another person",
    count: 100_000 / scale,
    people: 100_000 / scale,
    perVisit: 1,
  };
  // The hardest first: it is short, and what time is left is the long one's.
  const ofHardest = await resolveAll(context, hardest);
  const ofMillion = await resolveAll(context, million);
  context.progress("limit");
  const rewritten = rewrites(context, hardest);
  return {
    figures: [...figuresOf(ofMillion, rewritten, 25_000), ...figuresOf(ofHardest, rewritten, undefined)],
    notes: [
      `Batches of ${words(BATCH)} events, each in a transaction that is on disk before the next begins. The limit is SQLite reading and rewriting a row for each event. Making the events is not in the time, nor are the rows about changed profiles that the lake gets.`,
      ...[ofMillion, ofHardest].map(noteOn),
    ],
  };
};

const words = (value: number): string => Math.round(value).toLocaleString("en-US");

const figuresOf = (resolved: Resolved, rewritten: number, target: number | undefined): readonly Figure[] => [
  {
    what: `resolve ${words(resolved.count)} events into SQLite, ${resolved.what}`,
    unit: "events/s",
    measured: measureOf([resolved.eventsPerSecond]),
    limits: [{ what: "SQLite alone, a row for each event", value: rewritten }],
    ...(target === undefined ? {} : { target: { atLeast: target } }),
  },
  {
    what: `the same for each second of processor time, ${resolved.what}`,
    unit: "events/s",
    measured: measureOf([resolved.eventsPerCpuSecond]),
  },
];

function noteOn({ what, people, count, resolved, mergeShare, keys }: Resolved): string {
  const cutShort = resolved < count ? ` Its time was over after ${words(resolved)} events.` : "";
  return `${what[0]?.toUpperCase()}${what.slice(1)}: ${words(people)} people, 64 visits at a time; ${(100 * mergeShare).toFixed(1)} % of the events brought two stored profiles together; ${words(keys)} identifiers in the end.${cutShort}`;
}

async function resolveAll({ folder, progress, until }: BenchContext, stream: Stream): Promise<Resolved> {
  const { count, people, perVisit } = stream;
  const source = strangers({ seed: 1, people, merging: MERGING, perVisit });
  const database = openProfileDatabase(join(folder, `${perVisit}.db`));
  const warmUp = Math.min(WARM_UP, Math.floor(count / BATCH / 2));
  let [seconds, cpuSeconds, merges, resolved] = [0, 0, 0, 0];
  for (let nth = 0; resolved < count && (nth <= warmUp || performance.now() < until); nth++) {
    if (nth % 25 === 0) progress(`${stream.what}, ${words(resolved)} events`);
    const made = await database.absorb(source.next(BATCH));
    resolved += BATCH;
    merges += made.merges;
    if (nth < warmUp) continue;
    seconds += made.seconds;
    cpuSeconds += made.cpuSeconds;
  }
  const keys = database.keys();
  database.close();
  const counted = resolved - warmUp * BATCH;
  const paces = { eventsPerSecond: counted / seconds, eventsPerCpuSecond: counted / cpuSeconds };
  return { ...stream, ...paces, resolved, mergeShare: merges / resolved, keys };
}

function rewrites({ folder }: BenchContext, { count, people, perVisit }: Stream): number {
  const keys = strangers({ seed: 1, people, merging: MERGING, perVisit })
    .next(count)
    .map(({ identifiers: [first] }) => (first === undefined ? "" : identifierKey(first)));
  return sqliteRewritesPerSecond(join(folder, "limit.db"), keys, ROW_BYTES, BATCH);
}
