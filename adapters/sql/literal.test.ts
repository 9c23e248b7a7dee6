import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { doubleLiteral, intervalLiteral, textLiteral, timestampLiteral, wholeLiteral } from "./literal.ts";

describe("a literal", () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "64MB" });
    connection = await instance.connect();
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });
  const run = async (sql: string): Promise<readonly unknown[]> =>
    (await connection.runAndReadAll(sql)).getRows().map(([value]) => value);

  it("refuses what has no literal", () => {
    expect(() => textLiteral("a\0b")).toThrow("no literal");
    expect(() => textLiteral("\ud83d")).toThrow("no literal");
    expect(() => doubleLiteral(Number.NaN)).toThrow("no literal");
    expect(() => wholeLiteral(10n ** 39n)).toThrow("38 digits");
    expect(() => timestampLiteral(8.64e15)).toThrow("four digits");
  });

  it("writes a double that reads back the same", async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async (value) => {
        const [read] = await run(`SELECT ${doubleLiteral(value)}`);
        expect(read).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it("of a length of time is that long, to the millisecond", async () => {
    for (const ms of [0, 1, 999, 60_000, 3_600_001, 86_400_000, 3_660 * 86_400_000]) {
      const sql = `SELECT epoch_ms(TIMESTAMP '2026-03-01' + ${intervalLiteral(ms)}) - epoch_ms(TIMESTAMP '2026-03-01')`;
      expect(await run(sql)).toEqual([BigInt(ms)]);
    }
    expect(() => intervalLiteral(-1)).toThrow("no literal");
    expect(() => intervalLiteral(0.5)).toThrow("no literal");
  });
});
