import { memoryComputedStore } from "#adapters/memory/computed-store.ts";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import { type ComputedLakeOptions, computedLake } from "#adapters/sql/computed-lake.ts";
import type { SqlDialect } from "#adapters/sql/dialect.ts";
import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import { type RefreshPorts, type RefreshReport, refreshComputed } from "#core/computed/refresh-computed.flow.ts";
import type { RefreshState } from "#core/computed/refresh-state.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { isoDay, isoTime } from "#core/kernel/time.ts";
import type { PersonEvent } from "#core/segments/person.ts";
import type { DuckDbLake } from "#test/support/duckdb-lake.ts";
import type { Step } from "./computed-histories.ts";
import { referenceComputed } from "./reference-computed.ts";

const BEGIN = Date.UTC(2026, 2, 27, 9, 30, 0, 500);
const DEVICE = "anonymous_id:tablet";

/** A lake to which things happen, and the computed traits kept of it. */
export interface ComputedWorld {
  readonly ports: RefreshPorts;
  happen(step: Exclude<Step, { readonly kind: "refresh" }>): Promise<void>;
  refresh(options?: { readonly full?: boolean }): Promise<RefreshReport>;
  /** By their definition, of the events as they belong to people at this moment. */
  expected(): Promise<ReadonlyMap<string, JsonObject>>;
  /** As the store has them; asked of everybody there ever was. */
  stored(): Promise<ReadonlyMap<string, JsonObject>>;
  /** As the lake's view has them. */
  told(): Promise<ReadonlyMap<string, JsonObject>>;
}

export async function computedWorld(
  lake: DuckDbLake,
  traits: readonly ComputedTrait[],
  engine: { readonly query: LakeQuery; readonly dialect: SqlDialect },
  cut: ComputedLakeOptions = {},
): Promise<ComputedWorld> {
  let now = BEGIN;
  let version = 1;
  const clock = () => now;
  const definitions = memoryDefinitions<ComputedTrait>(clock);
  const redefine = async (wanted: readonly ComputedTrait[]): Promise<void> => {
    for (const { id } of await definitions.list()) await definitions.delete(id);
    for (const trait of wanted) await definitions.put(trait.name, trait, 0);
  };
  await redefine(traits);
  const ports: RefreshPorts = {
    clock,
    traits: definitions,
    state: memoryDefinitions<RefreshState>(clock),
    measured: computedLake(engine.query, engine.dialect, cut),
    store: memoryComputedStore(),
    lake,
    usualDelay: 1_000,
  };
  const identity = (key: string, profile: string, follows: boolean, late = 0) => {
    const at = now - late;
    const row = {
      identity_key: key,
      profile_id: profile,
      follows_logins: follows,
      version: version++,
      changed_at: isoTime(at),
      dt: isoDay(at),
    };
    return lake
      .append("identity_changes", [
        {
          identifier_type: "",
          identifier_value: "",
          names_profile: true,
          previous_profile_id: holders.get(key) ?? null,
          ...row,
        },
      ])
      .then(() => void holders.set(key, profile));
  };
  const holders = new Map<string, string>();
  return {
    ports,
    happen: async (step) => {
      if (step.kind === "pass") now += step.ms;
      if (step.kind === "redefine") await redefine(step.traits);
      if (step.kind === "move") await identity(keyOf(step.key), `p${step.profile}`, false, step.late);
      if (step.kind === "share") await identity(DEVICE, "pt", step.shared);
      if (step.kind === "event") await lake.append("events_log", [eventRow(step, now)]);
    },
    refresh: async (options = {}) => {
      const report = await refreshComputed(ports, options);
      if (isRejection(report)) throw new Error(report.message);
      return report;
    },
    expected: async () => {
      const all = (await definitions.list()).map(({ definition }) => definition);
      return referenceComputed(all, await peopleIn(lake), now);
    },
    stored: async () => {
      const found = await ports.store.read(["p0", "p1", "p2", "p3", "pt"]);
      return new Map([...found].map(([id, { computed }]) => [id, computed]));
    },
    told: async () => {
      const { rows } = await lake.query("SELECT profile_id, computed FROM computed_traits");
      return new Map(rows.map(([id, text]) => [String(id), JSON.parse(String(text))]));
    },
  };
}

/** The last key is the tablet that several people use at times; with a login an event carries both. */
const keyOf = (key: number): string => (key === 4 ? DEVICE : `user_id:u${key}`);

function eventRow(
  { key, message, name, ago, late, login, properties }: Extract<Step, { readonly kind: "event" }>,
  now: number,
) {
  const receivedAt = now - late;
  const nothing = Object.fromEntries(NULLABLE.map((column) => [column, null])) as Record<
    (typeof NULLABLE)[number],
    null
  >;
  return {
    ...nothing,
    message_id: `m${message}`,
    source: "shop",
    type: "track",
    event: name,
    identity_key: keyOf(key),
    anonymous_id: key === 4 || login ? "tablet" : null,
    identifiers: "[]",
    event_time: isoTime(now - ago),
    received_at: isoTime(receivedAt),
    properties: JSON.stringify(properties),
    traits: "{}",
    context: "{}",
    dt: isoDay(receivedAt),
  };
}

const NULLABLE = [
  ...(["user_id", "group_id", "sent_at", "original_time", "revenue", "currency", "order_id", "page_url"] as const),
  ...(["page_path", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"] as const),
  ...(["locale", "device_type", "is_bot", "consent", "marks", "plan_status", "plan_problems", "position"] as const),
] as const;

async function peopleIn(lake: LakeQuery): Promise<ReadonlyMap<string, readonly PersonEvent[]>> {
  const { rows } = await lake.query(
    "SELECT profile_id, event, event_time, properties, dt FROM events WHERE profile_id IS NOT NULL",
  );
  const events = rows.map(([id, name, at, properties, day]) => ({
    id: String(id),
    event: {
      name: String(name),
      at: Date.parse(String(at)),
      receivedAt: Date.parse(String(day)),
      properties: JSON.parse(String(properties)) as JsonObject,
    },
  }));
  const byPerson = Map.groupBy(events, ({ id }) => id);
  return new Map([...byPerson].map(([id, own]) => [id, own.map(({ event }) => event)]));
}
