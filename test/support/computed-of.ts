import { memoryComputedStore } from "#adapters/memory/computed-store.ts";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import { computedLake } from "#adapters/sql/computed-lake.ts";
import { computedSample } from "#adapters/sql/computed-sample.ts";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import { refreshComputed } from "#core/computed/refresh-computed.flow.ts";
import type { RefreshState } from "#core/computed/refresh-state.ts";
import type { Clock } from "#core/kernel/ports.ts";
import type { ApiPorts } from "#lambdas/api/ports.ts";
import type { DuckDbLake } from "./duckdb-lake.ts";

/** Computed traits over memory and a lake in DuckDB, refreshed when somebody asks. */
export function computedOf(lake: DuckDbLake, clock: Clock): ApiPorts["computed"] {
  const store = memoryComputedStore();
  const traits = memoryDefinitions<ComputedTrait>(clock);
  const state = memoryDefinitions<RefreshState>(clock);
  const measured = computedLake(lake, duckdbDialect);
  return {
    traits,
    store,
    refresh: (options) => refreshComputed({ clock, traits, state, measured, store, lake, usualDelay: 0 }, options),
    sample: (trait, now, size) => computedSample(lake, duckdbDialect, { trait, now, size }),
  };
}
