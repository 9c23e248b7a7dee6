import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LAKE_TABLES, LAKE_VIEWS } from "#contracts/lake.ts";
import { openLakeFiles } from "./lake-files.ts";
import { type LocalLakeQuery, openLakeQuery } from "./lake-query.ts";

let folder: string;
let lakeDir: string;
let open: LocalLakeQuery | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tributary-lake-"));
  lakeDir = join(folder, "it's a lake");
  await mkdir(lakeDir);
});
afterEach(async () => {
  open?.close();
  open = undefined;
  await rm(folder, { recursive: true });
});

async function opened(options: Parameters<typeof openLakeQuery>[1] = {}): Promise<LocalLakeQuery> {
  open = await openLakeQuery(lakeDir, options);
  return open;
}

async function write(name: string, ids: readonly number[], dt = "2026-03-01"): Promise<void> {
  const files = await openLakeFiles(lakeDir);
  const lines = ids.map((id) =>
    JSON.stringify({
      message_id: `m${id}`,
      source: "shop",
      event: "Order Completed",
      identity_key: `user_id:${id}`,
      event_time: `${dt}T10:00:00.123Z`,
      received_at: `${dt}T10:00:00.000Z`,
      properties: JSON.stringify({ revenue: id, currency: "EUR" }),
      revenue: id,
    }),
  );
  const draft = files.draft();
  draft.add({ table: "events_log", dt, text: `${lines.join("\n")}\n` });
  await files.write(name, draft);
  files.close();
}

describe("the lake on one machine", () => {
  it("has every table and view while there is no file at all", async () => {
    const { lake, analyst } = await opened();
    for (const name of [...Object.keys(LAKE_TABLES), ...Object.keys(LAKE_VIEWS)]) {
      expect((await lake.query(`SELECT * FROM ${name}`)).rows).toEqual([]);
      expect((await analyst.query(`SELECT count(*) FROM tributary.${name}`)).rows).toEqual([[0]]);
    }
  });

  it("takes the copy that came in first, of those in one batch the first, however files are merged", async () => {
    const copies = [
      { received_at: "2026-03-01T10:00:00.002Z", position: 0, properties: "later" },
      { received_at: "2026-03-01T10:00:00.001Z", position: 3, properties: "third" },
      { received_at: "2026-03-01T10:00:00.001Z", position: 2, properties: "first" },
      { received_at: "2026-03-01T10:00:00.001Z", position: 2, sent_at: null, event: "Z", properties: "greater name" },
      { received_at: "2026-03-01T10:00:00.001Z", position: null, properties: "without a place" },
    ].map((copy) => ({ message_id: "m1", source: "shop", type: "track", event: "A", sent_at: null, ...copy }));
    const files = await openLakeFiles(lakeDir);
    const { lake } = await opened();
    for (const [nth, order] of [copies, copies.toReversed(), ...copies.map((copy) => [copy])].entries()) {
      const draft = files.draft();
      draft.add({
        table: "events_log",
        dt: "2026-03-01",
        text: order.map((copy) => `${JSON.stringify(copy)}\n`).join(""),
      });
      await files.write(`f${nth}`, draft);
      if (nth < 2) expect((await lake.query("SELECT properties FROM events")).rows).toEqual([["first"]]);
    }
    files.close();
    expect((await lake.query(`SELECT properties FROM (${LAKE_VIEWS.events})`)).rows).toEqual([["first"]]);
  });

  it("shows files as soon as they are finished, and counts a repeated event once", async () => {
    const { lake } = await opened();
    const count = async (): Promise<unknown> => (await lake.query("SELECT count(*), sum(revenue) FROM events")).rows[0];
    expect(await count()).toEqual([0, null]);
    await write("a", [1, 2]);
    expect(await count()).toEqual([2, 3]);
    await write("b", [2, 3], "2026-03-02");
    await writeFile(join(lakeDir, "events_log", "dt=2026-03-02", ".c.parquet.tmp"), "unfinished");
    await writeFile(join(lakeDir, "events_log", "dt=2026-03-02", ".c.parquet"), "unfinished");
    expect(await count()).toEqual([3, 6]);
    await rm(join(lakeDir, "events_log"), { recursive: true });
    expect(await count()).toEqual([0, null]);
  });

  it("answers of `events` what the contract's view does, repetitions and all", async () => {
    const { lake } = await opened();
    await write("a", [1, 2, 3]);
    await write("b", [2, 3, 4], "2026-03-03");
    await write("c", [3, 5], "2026-03-02");
    const sql = (view: string): string => `SELECT * FROM ${view} ORDER BY message_id`;
    const [here, there] = [await lake.query(sql("events")), await lake.query(sql(`(${LAKE_VIEWS.events})`))];
    expect(here).toEqual(there);
    expect(here.rows).toHaveLength(5);
  });

  it("does not open a folder whose name would be read as a pattern", async () => {
    await expect(openLakeQuery(join(folder, "a*"))).rejects.toThrow("may not have");
  });

  it("reads older files that lack a column", async () => {
    const { lake } = await opened();
    await write("a", [1]);
    const partition = join(lakeDir, "bad_events", "dt=2026-03-01");
    await mkdir(partition, { recursive: true });
    await lake.query(
      `COPY (SELECT 'x' AS bad_event_id) TO '${join(partition, "old.parquet").replaceAll("'", "''")}' (FORMAT parquet)`,
    );
    expect((await lake.query("SELECT bad_event_id, code, dt FROM bad_events")).rows).toEqual([
      ["x", null, "2026-03-01"],
    ]);
  });

  it("answers values as JSON", async () => {
    const { lake } = await opened();
    const { rows, columns } =
      await lake.query(`SELECT TIMESTAMP '2026-03-01 10:00:00.123' AS a, TIMESTAMPTZ '2026-03-01 10:00:00.123456+02' AS b,
      DATE '1969-12-31' AS c, 9007199254740993 AS d, 12 AS e, 1.50 AS f, 12345678901234567.89 AS g, [1, NULL] AS h, {'x': TIMESTAMP '1960-01-01 00:00:00.5'} AS i,
      MAP {'k': 1} AS j, 'NaN'::DOUBLE AS k, NULL AS l, 'ab'::BLOB AS m, true AS n`);
    expect(rows).toEqual([
      [
        "2026-03-01T10:00:00.123Z",
        "2026-03-01T08:00:00.123456Z",
        "1969-12-31",
        "9007199254740993",
        12,
        1.5,
        "12345678901234567.89",
        [1, null],
        { x: "1960-01-01T00:00:00.500Z" },
        { k: 1 },
        "NaN",
        null,
        "YWI=",
        true,
      ],
    ]);
    expect(columns.slice(0, 5).map(({ type }) => type)).toEqual([
      "timestamp",
      "timestamp with time zone",
      "date",
      "bigint",
      "integer",
    ]);
  });

  it("lets several ask at once", async () => {
    const { lake, analyst } = await opened();
    await write("a", [1, 2, 3]);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) => (at % 2 ? lake : analyst).query("SELECT count(*) FROM events")),
    );
    expect(answers.map(({ rows }) => rows)).toEqual(Array(12).fill([[3]]));
  });
});
