import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "#adapters/local/database.ts";
import { PROFILES_SCHEMA, sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import { eventFrom } from "#bench/aws-workload.ts";
import type { BenchContext, Benchmark } from "#bench/benchmark.ts";
import { jsonParsesPerSecond } from "#bench/limits/json-parse.ts";
import { measureOf, rounds, secondsFor } from "#bench/measure.ts";
import { events } from "#bench/traffic.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import type { ProfileStore } from "#core/profiles/ports.ts";

/** About what the embedded runtime absorbs in one transaction. */
const BATCH = 2_000;
const pause = async (): Promise<void> => {};

/** How many events a second one core takes into profiles, identity resolved. */
export const resolve: Benchmark = async (context) => {
  const count = context.quick ? 20_000 : 100_000;
  const receivedAt = Date.UTC(2026, 9, 1);
  const batches = inBatches(events(1, count).map((sent) => eventFrom(sent, "server", { receivedAt })));
  let componentBytes = 0;
  const half = performance.now() + (context.until - performance.now()) / 2;
  const sqlite = await rounds({ ...context, until: half }, 5, async (nth) => {
    const { seconds, bytes } = await absorbIntoSqlite(join(context.folder, `${nth}.db`), batches);
    componentBytes = bytes;
    return count / seconds;
  });
  const memory = await rounds(context, 5, async () => {
    return count / (await absorbAll(memoryProfileStore(), batches, (work) => work()));
  });
  context.progress("limits");
  const rewritten = await rewritesPerSecond(context, batches, componentBytes);
  const parsed = await jsonParsesPerSecond(batches.flat().map((event) => JSON.stringify(event)));
  return {
    figures: [
      {
        what: "resolve into SQLite",
        unit: "events/s",
        measured: measureOf(sqlite),
        limits: [
          { what: "SQLite reads and rewrites a row of the same size for each person of a batch", value: rewritten },
        ],
      },
      {
        what: "resolve into memory",
        unit: "events/s",
        measured: measureOf(memory),
        limits: [{ what: "`JSON.parse` of the same events", value: parsed }],
      },
    ],
    notes: [
      `${count.toLocaleString("en-US")} events in batches of ${BATCH.toLocaleString("en-US")}, a transaction each; sessions of people on two devices each, of whom some log in, so identities merge. A person's document has ${componentBytes} bytes on average.`,
    ],
  };
};

const inBatches = (all: readonly Event[]): readonly (readonly Event[])[] =>
  Array.from({ length: Math.ceil(all.length / BATCH) }, (_, nth) => all.slice(nth * BATCH, (nth + 1) * BATCH));

async function absorbAll(
  store: ProfileStore,
  batches: readonly (readonly Event[])[],
  within: (work: () => Promise<void>) => Promise<void>,
): Promise<number> {
  const began = performance.now();
  for (const batch of batches) {
    await within(async () => {
      await absorbEvents({ store, pause }, { events: batch, assertions: [] }, defaultIdentityRules);
    });
  }
  return (performance.now() - began) / 1_000;
}

async function absorbIntoSqlite(path: string, batches: readonly (readonly Event[])[]) {
  const database = openDatabase(path, PROFILES_SCHEMA);
  const seconds = await absorbAll(sqliteProfileStore(database), batches, (work) => inOneTransaction(database, work));
  const row = database.prepare("SELECT avg(length(component)) AS bytes FROM profiles").get();
  database.close();
  return { seconds, bytes: Math.round(row?.bytes as number) };
}

async function inOneTransaction(database: DatabaseSync, work: () => Promise<void>): Promise<void> {
  database.exec("BEGIN IMMEDIATE");
  await work();
  database.exec("COMMIT");
}

/** Events a second where each person that a batch speaks of is one row read and one row written, and nothing is computed. */
async function rewritesPerSecond(
  { folder }: BenchContext,
  batches: readonly (readonly Event[])[],
  bytes: number,
): Promise<number> {
  const keys = batches.map((batch) => [
    ...new Set(batch.map(({ identifiers: [first] }) => `${first?.type}:${first?.value}`)),
  ]);
  const database = new DatabaseSync(join(folder, "rewrite.db"));
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    database.exec("CREATE TABLE rows (key TEXT PRIMARY KEY, text TEXT)");
    const select = database.prepare("SELECT text FROM rows WHERE key = ?");
    const replace = database.prepare("INSERT OR REPLACE INTO rows VALUES (?, ?)");
    const text = "x".repeat(bytes);
    const seconds = await secondsFor(() => {
      for (const batch of keys) {
        database.exec("BEGIN IMMEDIATE");
        for (const key of batch) {
          select.get(key);
          replace.run(key, text);
        }
        database.exec("COMMIT");
      }
    });
    return batches.reduce((sum, batch) => sum + batch.length, 0) / seconds;
  } finally {
    database.close();
  }
}
