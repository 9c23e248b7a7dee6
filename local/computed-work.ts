import { computedLake } from "#adapters/sql/computed-lake.ts";
import { computedSample } from "#adapters/sql/computed-sample.ts";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import type { ComputedStore } from "#core/computed/ports.ts";
import { type RefreshOptions, type RefreshPorts, refreshComputed } from "#core/computed/refresh-computed.flow.ts";
import type { RefreshState } from "#core/computed/refresh-state.ts";
import type { Clock, Definitions, LakeQuery } from "#core/kernel/ports.ts";
import { MINUTE } from "#core/kernel/time.ts";
import type { ApiPorts } from "#lambdas/api/ports.ts";

export interface ComputedWorkPorts {
  readonly clock: Clock;
  readonly traits: Definitions<ComputedTrait>;
  readonly state: Definitions<RefreshState>;
  readonly store: ComputedStore;
  readonly changes: RefreshPorts["lake"];
  /** The lake as its files are. */
  readonly lake: LakeQuery;
  /** The lake once everything is in that came before it was asked: for whoever asks for values now. */
  readonly freshLake: LakeQuery;
  readonly onFault: (error: unknown, where: string) => void;
}

/** What the schedule, the queue and the compute function are in the cloud. */
export interface ComputedWork {
  readonly api: ApiPorts["computed"];
  /** Finishes the page in hand; what is left is taken up at the next start. */
  stop(): Promise<void>;
}

/** How often values are brought up to date, in ms. Where nothing happened that costs a look at what is new. */
const EVERY_MS = MINUTE;
/** How long rows wait for company before they are in files, and more. */
const USUAL_DELAY_MS = 10_000;
/** What the main thread reads at once, so that nobody who sends events waits for it. */
const ROWS_PER_PAGE = 60_000;

export function startComputedWork(ports: ComputedWorkPorts, everyMs = EVERY_MS): ComputedWork {
  let stopping = false;
  let working: Promise<unknown> = Promise.resolve();
  const refreshOn = (lake: LakeQuery, options: RefreshOptions) => {
    const measured = computedLake(lake, duckdbDialect, { rowsPerPage: ROWS_PER_PAGE });
    const { clock, traits, state, store, changes } = ports;
    // One after another: who asks while another is under way waits for its own.
    const made = working.then(() =>
      refreshComputed(
        { clock, traits, state, measured, store, lake: changes, usualDelay: USUAL_DELAY_MS },
        { ...options, mayGoOn: () => !stopping },
      ),
    );
    working = made.catch(() => {}); // Whoever asked is told of it.
    return made;
  };
  const timer = setInterval(() => {
    refreshOn(ports.lake, {}).catch((error: unknown) => ports.onFault(error, "computed traits"));
  }, everyMs).unref();
  return {
    api: {
      traits: ports.traits,
      store: ports.store,
      refresh: (options) => refreshOn(ports.freshLake, options),
      sample: (trait, now, size) => computedSample(ports.freshLake, duckdbDialect, { trait, now, size }),
    },
    stop: async () => {
      stopping = true;
      clearInterval(timer);
      await working;
    },
  };
}
