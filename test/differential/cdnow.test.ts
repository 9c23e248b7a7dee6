import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLakeFiles } from "#adapters/local/lake-files.ts";
import { type LocalLakeQuery, openLakeQuery } from "#adapters/local/lake-query.ts";
import { athenaDialect } from "#adapters/sql/athena-dialect.ts";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import type { LakeTable } from "#contracts/lake.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { matches } from "#core/segments/matches.ts";
import type { Person, PersonEvent } from "#core/segments/person.ts";
import { hasSharedData, sharedData } from "#test/support/shared-data.ts";

const FILE = "cdnow/cdnow_master.csv.gz";
const NOW = Date.UTC(1998, 6, 1);
const RECEIVED = "2026-11-01T00:00:00.000Z";

const SEGMENTS: readonly [string, ResolvedCondition][] = [
  ["twice in 90 days", { event: "Order Completed", within: { last: "90d" }, count: { gte: 2 } }],
  ["over 1,000 dollars", { event: "Order Completed", sum: { of: "revenue", gt: 1000 } }],
  ["ten cents more or less", { event: "Order Completed", sum: { of: "revenue", between: [99.95, 100.05] } }],
  ["large orders on average", { event: "Order Completed", avg: { of: "revenue", gte: 50 } }],
  [
    "came in January 1997 and never since",
    {
      all: [
        { event: "Order Completed", first: { before: "1997-02-01" } },
        { not: { event: "Order Completed", within: { from: "1997-02-01" } } },
      ],
    },
  ],
];

describe.skipIf(!hasSharedData(FILE))("segments over CDNOW", () => {
  let folder: string;
  let open: LocalLakeQuery;
  const people = new Map<string, Person & { readonly events: PersonEvent[] }>();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tributary-cdnow-"));
    const [, ...lines] = gunzipSync(await readFile(sharedData(FILE)))
      .toString()
      .trim()
      .split("\n");
    const rows = lines.map((line, at) => {
      const [id = "", date = "", quantity, amount] = line.split(",");
      const properties = { revenue: Number(amount), quantity: Number(quantity) };
      const person = people.get(`p_${id}`) ?? {
        traits: {},
        computed: {},
        lists: new Set<string>(),
        consent: {},
        events: [],
      };
      person.events.push({ name: "Order Completed", at: Date.parse(date), properties });
      people.set(`p_${id}`, person);
      return {
        message_id: `m${at}`,
        source: "cdnow",
        event: "Order Completed",
        identity_key: id,
        event_time: date,
        received_at: RECEIVED,
        properties: JSON.stringify(properties),
      };
    });
    const files = await openLakeFiles(folder);
    const ids = [...people.keys()];
    const draft = files.draft();
    const add = (table: LakeTable, rows: readonly object[]): void =>
      draft.add({ table, dt: "2026-11-01", text: rows.map((row) => `${JSON.stringify(row)}\n`).join("") });
    add("events_log", rows);
    add(
      "identity_changes",
      ids.map((id) => ({ identity_key: id.slice(2), profile_id: id, version: 1 })),
    );
    add(
      "profile_changes",
      ids.map((id) => ({ profile_id: id, gone: false, traits: "{}", consent: "{}", version: 1 })),
    );
    await files.write("all", draft);
    files.close();
    open = await openLakeQuery(folder, { analystRows: 100_000 });
  });
  afterAll(async () => {
    open.close();
    await rm(folder, { recursive: true });
  });

  const asked = async (lake: LakeQuery, sql: string): Promise<readonly string[]> =>
    (await lake.query(sql)).rows.map(([id]) => String(id)).sort();

  it.each(SEGMENTS)("have the same members from memory, DuckDB and Athena's text: %s", async (_name, condition) => {
    const expected = [...people].filter(([, person]) => matches(condition, person, NOW)).map(([id]) => id);
    expect(expected.length).toBeGreaterThan(0);
    expect(await asked(open.lake, segmentSql(condition, NOW, duckdbDialect))).toEqual(expected.sort());
    expect(await asked(open.analyst, segmentSql(condition, NOW, athenaDialect))).toEqual(expected);
  });

  it("number 1,201 who bought twice in the last 90 days", () => {
    const twice = [...people.values()].filter((person) => matches(SEGMENTS[0]?.[1] as ResolvedCondition, person, NOW));
    expect([people.size, twice.length]).toEqual([23_570, 1_201]);
  });
});
