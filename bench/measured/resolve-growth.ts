import { join } from "node:path";
import { eventFrom } from "#bench/aws-workload.ts";
import type { BenchContext, Benchmark, Table } from "#bench/benchmark.ts";
import { measureOf, median } from "#bench/measure.ts";
import { openProfileDatabase, type ProfileDatabase } from "#bench/subjects/profile-database.ts";
import type { Event } from "#core/events/event.ts";
import { randomFrom } from "#test/contracts/random.ts";

const SIZES = [10_000, 100_000, 1_000_000] as const;
const QUICK_SIZES = [1_000, 10_000, 100_000] as const;
const BATCH = 2_000;
const BATCHES = 12;
const QUICK_BATCHES = 3;
/** Before those that count: the file's pages are fetched. */
const WARM_UP = 3;
/** Before everything, on another file: code is compiled while it runs, and that would count for the smallest store. */
const TO_COMPILE = 12;
const START = Date.UTC(2026, 8, 1);
/** Events that each person of the store has behind them. */
const HISTORY = 8;

interface AtSize {
  readonly people: number;
  readonly microseconds: number;
  readonly cpuMicroseconds: number;
  /** SQLite alone: the same rows read and written back. */
  readonly bareMicroseconds: number;
}

/** Whether resolving stays as fast as the store grows: events of people picked at random out of ever more. */
export const resolveGrowth: Benchmark = async (context) => {
  await compile(join(context.folder, "compile.db"));
  const found = await atAllSizes(context);
  const [least, most] = [found[0] as AtSize, found.at(-1) as AtSize];
  const tenfold = Math.log10(most.people / least.people);
  const slope = (most.cpuMicroseconds / least.cpuMicroseconds) ** (1 / tenfold) - 1;
  return {
    figures: [
      {
        what: `time for an event with ${words(most.people)} profiles stored, over that with ${words(least.people)}`,
        unit: "×",
        measured: measureOf([most.cpuMicroseconds / least.cpuMicroseconds]),
        limits: [
          {
            what: "SQLite alone, the same rows read and written back",
            value: most.bareMicroseconds / least.bareMicroseconds,
          },
        ],
        target: { atMost: 1.5 },
      },
    ],
    table: tableOf(found),
    notes: [
      `Slope: ${(100 * slope).toFixed(1)} % more time for an event each time that the store grows tenfold. Every event is of another person, picked at random: one row read and one rewritten, in a file that is larger than the page cache. Ratios are of processor time, the system's for the file included, because it depends least on what else runs.`,
    ],
  };
};

async function atAllSizes({ quick, folder, progress }: BenchContext): Promise<readonly AtSize[]> {
  const database = openProfileDatabase(join(folder, "profiles.db"));
  const random = randomFrom(3);
  const found: AtSize[] = [];
  await database.absorb(Array.from({ length: HISTORY }, (_, nth) => eventOf(0, nth)));
  let [known, told] = [1, HISTORY];
  for (const people of quick ? QUICK_SIZES : SIZES) {
    progress(`${words(people)} people`);
    database.copy(nameOf(0), known, people, nameOf);
    known = people;
    const next = (): readonly Event[] =>
      Array.from({ length: BATCH }, () => eventOf(Math.floor(random() * people), told++));
    found.push({ people, ...(await measure(database, next, quick ? QUICK_BATCHES : BATCHES)) });
  }
  database.close();
  return found;
}

async function compile(path: string): Promise<void> {
  const database = openProfileDatabase(path);
  for (let nth = 0; nth < TO_COMPILE * BATCH; nth += BATCH) {
    await database.absorb(Array.from({ length: BATCH }, (_, at) => eventOf((nth + at) % (3 * BATCH), nth + at)));
  }
  database.close();
}

const words = (value: number): string => value.toLocaleString("en-US");

const tableOf = (found: readonly AtSize[]): Table => ({
  columns: ["profiles stored", "µs for an event", "µs of processor time", "µs of SQLite alone", "events/s"],
  rows: found.map(({ people, microseconds, cpuMicroseconds, bareMicroseconds }) => [
    words(people),
    microseconds.toFixed(1),
    cpuMicroseconds.toFixed(1),
    bareMicroseconds.toFixed(1),
    words(Math.round(1_000_000 / microseconds)),
  ]),
});

async function measure(
  database: ProfileDatabase,
  next: () => readonly Event[],
  batches: number,
): Promise<Omit<AtSize, "people">> {
  const [wall, cpu, bare]: [number[], number[], number[]] = [[], [], []];
  for (let nth = 0; nth < WARM_UP + batches; nth++) {
    const events = next();
    const names = next().map(({ identifiers: [first] }) => first?.value ?? "");
    const { seconds, cpuSeconds } = await database.absorb(events);
    const rewritten = database.rewrite(names.map((value) => ({ type: "user_id", value })));
    if (nth < WARM_UP) continue;
    wall.push(seconds);
    cpu.push(cpuSeconds);
    bare.push(rewritten);
  }
  const each = (seconds: readonly number[]): number => (median(seconds) * 1_000_000) / BATCH;
  return { microseconds: each(wall), cpuMicroseconds: each(cpu), bareMicroseconds: each(bare) };
}

/** All of one length, so that one person's row is another's with the name changed. */
const nameOf = (person: number): string => `cus_${person.toString().padStart(9, "0")}`;

const eventOf = (person: number, nth: number): Event =>
  eventFrom(
    {
      type: "track",
      event: "Product Viewed",
      userId: nameOf(person),
      messageId: `m-${nth.toString(36)}`,
      timestamp: new Date(START + nth * 40).toISOString(),
      properties: { price: nth % 97 },
    },
    "server",
    { receivedAt: START + nth * 40 },
  );
