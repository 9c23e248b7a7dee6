import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LakeQueryError } from "#core/kernel/ports.ts";
import { openLakeFiles } from "./lake-files.ts";
import { type LocalLakeQuery, openLakeQuery } from "./lake-query.ts";

let folder: string;
let open: LocalLakeQuery | undefined;

const DAMAGED = "dt=2026-03-02";
const file = (name: string): string => join(folder, "events_log", DAMAGED, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tributary-damage-"));
  await writeDay("a", "2026-03-01", 3);
  await writeDay("b", "2026-03-02", 5);
  await writeDay("c", "2026-03-03", 7);
});
afterEach(async () => {
  open?.close();
  open = undefined;
  await rm(folder, { recursive: true });
});

async function writeDay(name: string, dt: string, count: number): Promise<void> {
  const files = await openLakeFiles(folder);
  const draft = files.draft();
  const rows = Array.from({ length: count }, (_, nth) => ({
    message_id: `${name}${nth}`,
    source: "shop",
    event: "Seen",
    identity_key: "user_id:1",
    event_time: `${dt}T10:00:00.000Z`,
    received_at: `${dt}T10:00:00.000Z`,
    revenue: 1,
    properties: JSON.stringify({ note: randomBytes(400).toString("hex") }),
  }));
  draft.add({ table: "events_log", dt, text: rows.map((row) => `${JSON.stringify(row)}\n`).join("") });
  draft.add({ table: "bad_events", dt, text: `${JSON.stringify({ bad_event_id: name, code: "event.x" })}\n` });
  await files.write(name, draft);
  files.close();
}

/** Writes a Parquet file that holds what a query answers. */
async function writeParquet(name: string, select: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${file(name).replaceAll("'", "''")}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

const lake = async (): Promise<LocalLakeQuery> => {
  open ??= await openLakeQuery(folder);
  return open;
};
const one = async (sql: string): Promise<unknown> => (await (await lake()).analyst.query(sql)).rows[0]?.[0];

const DAMAGES: readonly [string, RegExp, () => Promise<void>][] = [
  ["random bytes", /no whole Parquet/, () => writeFile(file("x.parquet"), randomBytes(4_000))],
  ["nothing at all", /no whole Parquet/, () => writeFile(file("x.parquet"), "")],
  ["text", /no whole Parquet/, () => writeFile(file("x.parquet"), "message_id,source\n1,2\n")],
  [
    "the first half of a file",
    /no whole Parquet/,
    async () => {
      const whole = await readFile(file("b.parquet"));
      await writeFile(file("x.parquet"), whole.subarray(0, whole.length / 2));
    },
  ],
  [
    "a whole file with some bytes of its rows overwritten",
    /cannot be read/,
    async () => {
      const whole = await readFile(file("b.parquet"));
      await writeFile(file("x.parquet"), whole.fill(255, 4, Math.floor(whole.length / 2)));
    },
  ],
  ["another table's columns", /has no column message_id/, () => writeParquet("x.parquet", "SELECT 1 AS a, 'x' AS b")],
  [
    "our columns in other types",
    /revenue is varchar where double is expected/,
    () => writeParquet("x.parquet", "SELECT 'm' AS message_id, 'much' AS revenue"),
  ],
  [
    "a time that is a number",
    /event_time is bigint where timestamp is expected/,
    () => writeParquet("x.parquet", "SELECT 'm' AS message_id, CAST(5 AS BIGINT) AS event_time"),
  ],
];

/** Reads columns far into the files as well as at their ends. */
const EVERYTHING = "SELECT sum(revenue), max(properties) FROM events_log";

describe("a damaged file", () => {
  it.each(DAMAGES)("that holds %s is named to whoever asks for it; all else goes on", async (_, why, damage) => {
    await damage();
    const refused = await one(EVERYTHING).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LakeQueryError);
    const { message } = refused as Error;
    expect(message).toContain(`events_log/${DAMAGED}/x.parquet cannot be used`);
    expect(message).toMatch(why);
    expect(message).toContain("dt <> '2026-03-02'");
    expect(message).not.toContain(folder);
    expect((await lake()).damaged()).toMatchObject([{ table: "events_log", file: `events_log/${DAMAGED}/x.parquet` }]);

    expect(await one("SELECT count(*) FROM events_log WHERE dt <> '2026-03-02'")).toBe(10);
    expect(await one("SELECT count(*) FROM bad_events WHERE dt = '2026-03-02'")).toBe(1);
    await rm(file("x.parquet"));
    expect(await one("SELECT sum(revenue) FROM events_log")).toBe(15);
    expect((await lake()).damaged()).toEqual([]);
  });

  it("that appears while the lake is open is found too, and what comes in meanwhile is seen", async () => {
    expect(await one(EVERYTHING)).toBe(15);
    await writeFile(file("x.parquet"), randomBytes(4_000));
    await expect(one(EVERYTHING)).rejects.toThrow("x.parquet cannot be used");
    await writeDay("d", "2026-03-04", 2);
    expect(await one("SELECT count(*) FROM events_log WHERE dt > '2026-03-02'")).toBe(9);
  });

  it("of a table that is not settled is found as well", async () => {
    const foreign = join(folder, "bad_events", DAMAGED, "x.parquet");
    await writeFile(foreign, "nothing");
    await expect(one("SELECT count(*) FROM bad_events")).rejects.toThrow("x.parquet cannot be used");
    expect(await one("SELECT count(*) FROM bad_events WHERE dt > '2026-03-02'")).toBe(1);
    expect(await one("SELECT sum(revenue) FROM events")).toBe(15);
    await rm(foreign);
    expect(await one("SELECT count(*) FROM bad_events")).toBe(3);
  });
});

describe("what is no damage", () => {
  it("is a folder that is named like a file, and a file where a day's folder would be", async () => {
    await mkdir(file("folder.parquet"));
    await writeFile(join(folder, "events_log", "dt=2026-03-09"), "a file");
    await writeFile(join(folder, "events_log", "README.parquet"), "not in a day");
    expect(await one("SELECT sum(revenue) FROM events_log")).toBe(15);
    expect((await lake()).damaged()).toEqual([]);
  });

  it("is a file of narrower numbers, or of fewer columns", async () => {
    await writeParquet(
      "x.parquet",
      "SELECT 'm' AS message_id, CAST(2 AS INTEGER) AS position, CAST(5 AS FLOAT) AS revenue",
    );
    expect(await one("SELECT sum(revenue) FROM events_log")).toBe(20);
    expect((await lake()).damaged()).toEqual([]);
  });

  it("is a statement that cannot be answered", async () => {
    await expect(one("SELECT CAST(event AS integer) FROM events_log")).rejects.toThrow("Seen");
    expect((await lake()).damaged()).toEqual([]);
  });
});
