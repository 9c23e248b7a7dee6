import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { listOf } from "#test/support/api-answers.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";
import { visit } from "#test/support/visitor.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  await lake.clear();
  world = await apiWorld(lake);
});

describe("the lake", () => {
  it("answers an analyst's statement, and says why one is refused", async () => {
    await world.take([visit]);
    const { body } = await world.ask("POST", "/api/queries", { sql: "SELECT count(*) AS n, 'a' AS t FROM events" });
    expect(body.rows).toEqual([[1, "a"]]);
    const refused = await world.ask("POST", "/api/queries", { sql: "SELEC 1" });
    expect(refused.body).toMatchObject({ code: "sql.refused", message: expect.stringContaining("SELEC") });
  });

  it("sends no more than a function may answer, and says that there was more", async () => {
    const sql = "SELECT repeat('x', 100000) AS x FROM range(50)";
    const { body } = await world.ask("POST", "/api/queries", { sql });
    expect([listOf(body.rows).length, body.truncated]).toEqual([39, true]);
    expect((await world.ask("POST", "/api/queries", { sql: `${sql} LIMIT 30` })).body.truncated).toBeUndefined();
  });

  it("passes on that the engine itself cut an answer", async () => {
    const cut = { columns: [{ name: "n", type: "bigint" }], rows: [[1]], truncated: true } as const;
    const cutting = await apiWorld(lake, { analyst: { query: async () => cut } });
    expect((await cutting.ask("POST", "/api/queries", { sql: "SELECT 1" })).body).toEqual(cut);
  });
});

describe("imports and what is not served yet", () => {
  it("starts an import by the name of a file, never by a path", async () => {
    const made = await world.ask("POST", "/api/imports", { mapping: "cdnow", file: "cdnow.csv" });
    expect(made.status).toBe(202);
    expect(listOf((await world.ask("GET", "/api/imports")).body.imports)).toMatchObject([{ file: "cdnow.csv" }]);
    for (const file of ["../secret", "/etc/passwd", ".hidden", "a/b.csv", "a\\b.csv", "a\0b"]) {
      const refused = await world.ask("POST", "/api/imports", { mapping: "cdnow", file });
      expect(refused.body.code, file).toBe("body.invalid");
    }
  });

  it("says honestly what is not there", async () => {
    const code = async (method: string, path: string) => (await world.ask(method, path, {})).body.code;
    expect(await code("GET", "/api/destinations")).toBe("destination.not_served_yet");
    expect(await code("POST", "/api/destinations")).toBe("destination.not_served_yet");
    expect(await code("POST", "/api/destinations/x/redrive")).toBe("destination.not_served_yet");
    expect(await code("POST", "/api/engagement/credentials")).toBe("engagement.not_served_yet");
  });

  it("answers for its health and describes itself", async () => {
    expect((await world.ask("GET", "/api/health")).body).toEqual({
      status: "ok",
      time: "2026-11-02T10:00:00.000Z",
      dialect: "duckdb",
    });
    expect((await world.ask("GET", "/api/openapi.json")).body.openapi).toBe("3.1.0");
  });
});
