import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { duckDbLake } from "#test/support/duckdb-lake.ts";
import { sqlText, sqlTime } from "./sql-text.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

describe("literals", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("'", "''", "\\'", "\0", "a\0'\0", "--", "/*", "$$"),
  );

  it("say any text, and nothing but that text", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const well = value.toWellFormed();
        const { rows } = await lake.query(`SELECT ${sqlText(value)} AS said, 1 AS one`);
        expect(rows).toEqual([[well, 1]]);
      }),
      { numRuns: 300 },
    );
  });

  it("say any time to the millisecond", async () => {
    const times = fc.integer({ min: Date.UTC(1, 0, 1), max: Date.UTC(9999, 11, 31) });
    await fc.assert(
      fc.asyncProperty(times, async (at) => {
        const { rows } = await lake.query(`SELECT epoch_ms(${sqlTime(at)})`);
        expect(rows).toEqual([[at]]);
      }),
      { numRuns: 100 },
    );
  });
});
