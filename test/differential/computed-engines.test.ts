import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLakeFiles } from "#adapters/local/lake-files.ts";
import { type LocalLakeQuery, openLakeQuery } from "#adapters/local/lake-query.ts";
import { athenaDialect } from "#adapters/sql/athena-dialect.ts";
import { computedLake } from "#adapters/sql/computed-lake.ts";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import type { LakeTable } from "#contracts/lake.ts";
import type { Asked } from "#core/computed/ports.ts";
import { edgesBetween } from "#core/computed/window-edges.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { DAY, HOUR, isoDay, isoTime } from "#core/kernel/time.ts";
import type { PersonEvent } from "#core/segments/person.ts";
import { TRAITS, value } from "./computed-histories.ts";
import { referenceComputed } from "./reference-computed.ts";

const NOW = Date.UTC(2026, 2, 30, 9, 30, 0, 500);
const PEOPLE = ["p0", "p1", "p2", "p3", "p4", "p5", "p6"];

const events = fc.sample(
  fc.record({
    id: fc.constantFrom(...PEOPLE),
    name: fc.constantFrom("Order Completed", "Page"),
    ago: fc.constantFrom(-HOUR, 0, HOUR, DAY - 1, DAY, DAY + 1, 2 * DAY, 3 * DAY, 400 * DAY),
    properties: fc.record({ v: value, sku: value }, { requiredKeys: [] }),
  }),
  { seed: 42, numRuns: 400 },
);

/** Both dialects over the same files, as the API runs the one and an analyst the other. */
describe("computed traits of the same files", () => {
  let folder: string;
  let open: LocalLakeQuery;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tributary-computed-engines-"));
    const files = await openLakeFiles(folder);
    const draft = files.draft();
    const add = (table: LakeTable, rows: readonly object[]): void =>
      draft.add({ table, dt: isoDay(NOW), text: rows.map((row) => `${JSON.stringify(row)}\n`).join("") });
    const received = { received_at: isoTime(NOW - 2 * HOUR) };
    add(
      "events_log",
      events.map(({ id, name, ago, properties }, at) => {
        const event_time = isoTime(NOW - ago);
        const told = { message_id: `m${at}`, source: "shop", event: name, properties: JSON.stringify(properties) };
        return { ...told, ...received, identity_key: id, identifiers: "[]", event_time };
      }),
    );
    const changed = { follows_logins: false, version: 1, changed_at: isoTime(NOW - 2 * HOUR) };
    add(
      "identity_changes",
      PEOPLE.map((id) => ({ identity_key: id, profile_id: id, ...changed })),
    );
    await files.write("all", draft);
    files.close();
    open = await openLakeQuery(folder);
  });
  afterAll(async () => {
    open.close();
    await rm(folder, { recursive: true });
  });

  const expected = (): ReadonlyMap<string, JsonObject> => {
    const people = Map.groupBy(events, ({ id }) => id);
    const own = [...people].map(([id, some]): [string, PersonEvent[]] => [
      id,
      some.map(({ name, ago, properties }) => ({ name, at: NOW - ago, properties: properties as JsonObject })),
    ]);
    return referenceComputed(TRAITS, new Map(own), NOW);
  };

  const found = async (dialect: typeof duckdbDialect, people: Asked["people"]) => {
    const lake = computedLake(dialect === duckdbDialect ? open.lake : open.analyst, dialect);
    const asked: Asked = { traits: TRAITS, now: NOW, people };
    const values = new Map<string, JsonObject>();
    for (const page of await lake.pages(asked, "")) {
      for (const [id, told] of await lake.measure(asked, page)) values.set(id, told);
    }
    return values;
  };

  it.each([duckdbDialect, athenaDialect])("are what their definition says, in $name too", async (dialect) => {
    expect(expected().size).toBe(PEOPLE.length);
    expect(await found(dialect, { kind: "everybody" })).toEqual(expected());
  });

  it.each([duckdbDialect, athenaDialect])("are looked for where something moved, in $name too", async (dialect) => {
    const nowhere = { events_log: [], identity_changes: [] };
    const touched = { kind: "touched", since: NOW, periods: nowhere, edges: [] } as const;
    // Of nobody yet was the lake told where in the order of all they stand: so everybody with orders is looked at.
    const ranked = [...expected()].filter(([, told]) => "rfm_score" in told);
    expect(await found(dialect, touched)).toEqual(new Map(ranked));
    const edges = TRAITS.flatMap((trait) => edgesBetween(trait, NOW - 3 * DAY, NOW));
    expect(await found(dialect, { ...touched, periods: { ...nowhere, events_log: ["2026-03"] }, edges })).toEqual(
      expected(),
    );
  });
});
