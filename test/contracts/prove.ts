import { parseArgs } from "node:util";
import { Presets, SingleBar } from "cli-progress";
import * as fc from "fast-check";
import { openDatabase } from "#adapters/local/database.ts";
import { PROFILES_SCHEMA, sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import { type History, histories } from "./histories.ts";
import type { OpenEmptyStore } from "./identity-convergence.ts";
import { type Delivery, deliveries, proveHistory } from "./prove-history.ts";

const USAGE = `npm run prove -- [--histories N] [--seed S] [--store memory|sqlite|both] [--longest EVENTS] [--workers W]

Delivers N generated histories (default 20000) to up to W racing, dying workers (default 12) and holds every store's
profiles, and what the lake is told of them, against the reference that recomputes all from the set of events.
Prints the smallest history that fails, and how to run it again.`;

const STORES: Readonly<Record<string, OpenEmptyStore>> = {
  memory: async () => ({ store: memoryProfileStore(), close: async () => {} }),
  sqlite: async () => {
    const database = openDatabase(":memory:", PROFILES_SCHEMA);
    return { store: sqliteProfileStore(database), close: async () => database.close() };
  },
};

interface Asked {
  readonly histories: number;
  readonly seed: number;
  readonly stores: readonly string[];
  readonly longest: number;
  readonly workers: number;
}

function readAsked(): Asked | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: { histories: text, seed: text, store: text, longest: text, workers: text, help: { type: "boolean" } },
  });
  const numberIn = (name: string, value: string | undefined, otherwise: number): number => {
    const read = value === undefined ? otherwise : Number(value);
    if (!Number.isSafeInteger(read)) throw new Error(`--${name} takes a whole number, not ${value}`);
    return read;
  };
  const { store = "both" } = values;
  const stores = store === "both" ? Object.keys(STORES) : [store];
  if (stores.some((each) => !Object.hasOwn(STORES, each))) throw new Error(`--store takes memory, sqlite or both`);
  if (values.help === true) return undefined;
  return {
    histories: numberIn("histories", values.histories, 20_000),
    seed: numberIn("seed", values.seed, Date.now() % 2_147_483_647),
    stores,
    longest: numberIn("longest", values.longest, 30),
    workers: numberIn("workers", values.workers, 12),
  };
}

/** Whether all held. What did not is on stderr, as small as it gets. */
async function prove(name: string, open: OpenEmptyStore, asked: Asked): Promise<boolean> {
  const bar = new SingleBar(
    { format: `${name.padEnd(6)} {bar} {value}/{total} histories, {eta_formatted} left` },
    Presets.rect,
  );
  bar.start(asked.histories, 0);
  let done = 0;
  const holds = fc.asyncProperty(
    histories(asked.longest),
    deliveries(fc.integer({ min: 1, max: asked.workers }), 80),
    async (history: History, how: Delivery) => {
      const opened = await open();
      try {
        await proveHistory(opened, history, how);
      } finally {
        await opened.close();
      }
      if (++done % 50 === 0) bar.update(Math.min(done, asked.histories));
    },
  );
  const { failed, counterexample, counterexamplePath, errorInstance, numShrinks } = await fc.check(holds, {
    numRuns: asked.histories,
    seed: asked.seed,
  });
  bar.update(Math.min(done, asked.histories));
  bar.stop();
  if (!failed) return true;
  const again = `npm run prove -- --store ${name} --seed ${asked.seed} --histories ${asked.histories} --longest ${asked.longest} --workers ${asked.workers}`;
  console.error(
    `A history that does not hold on ${name}, made smaller ${numShrinks} times (path ${counterexamplePath}):`,
  );
  console.error(JSON.stringify(counterexample, null, 2));
  console.error(errorInstance);
  console.error(`Again: ${again}`);
  return false;
}

const asked = readAsked();
if (asked === undefined) console.log(USAGE);
else {
  console.log(`seed ${asked.seed}`);
  let isProven = true;
  for (const name of asked.stores) isProven = (await prove(name, STORES[name] as OpenEmptyStore, asked)) && isProven;
  console.log(
    isProven ? `proven: ${asked.histories} histories on ${asked.stores.join(" and ")}` : "not proven: see above",
  );
  process.exitCode = isProven ? 0 : 1;
}
