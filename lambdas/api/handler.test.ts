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

  it("asks for pages no larger than a function may answer, and for the next by its cursor", async () => {
    const asked: unknown[] = [];
    const one = { columns: [{ name: "n", type: "bigint" }], rows: [[1]] };
    const paging = await apiWorld(lake, {
      analyst: {
        query: async (sql, limits) => {
          asked.push([sql, limits]);
          return { ...one, next: "c1" };
        },
        next: async (cursor, page) => {
          asked.push([cursor, page]);
          return cursor === "c1" ? one : undefined;
        },
      },
    });
    const first = await paging.ask("POST", "/api/queries", { sql: "SELECT 1", limit: 7 });
    expect(first.body).toEqual({ ...one, next: "c1" });
    expect((await paging.ask("POST", "/api/queries", { cursor: "c1" })).body).toEqual(one);
    const gone = await paging.ask("POST", "/api/queries", { cursor: "c2" });
    expect([gone.status, gone.body.code]).toEqual([400, "page.bad_cursor"]);
    const characters = 3_000_000;
    expect(asked).toEqual([
      ["SELECT 1", { page: { rows: 7, characters } }],
      ["c1", { rows: 10_000, characters }],
      ["c2", { rows: 10_000, characters }],
    ]);
  });

  it.each([
    {},
    { sql: "SELECT 1", saved: "rfm" },
    { sql: "SELECT 1", parameters: {} },
    { saved: "rfm", limit: 0 },
    { cursor: "" },
  ])("asks for one thing at a time: %j", async (body) => {
    expect((await world.ask("POST", "/api/queries", body)).body.code).toBe("body.invalid");
  });

  it("knows the usual questions by name, filled with what is asked for", async () => {
    const { body } = await world.ask("GET", "/api/queries/saved");
    expect(listOf(body.queries).map(({ name }) => name)).toEqual(expect.arrayContaining(["rfm", "funnel", "sessions"]));
    const one = await world.ask("GET", "/api/queries/saved/sessions?since=2026-11-01");
    expect(one.body.sql).toContain("started_at >= DATE '2026-11-01'");
    const codeOf = async (path: string): Promise<unknown> => (await world.ask("GET", path)).body.code;
    expect(await codeOf("/api/queries/saved/nothing")).toBe("query.not_found");
    expect(await codeOf("/api/queries/saved/toString")).toBe("query.not_found");
    expect(await codeOf("/api/queries/saved/rfm?since=soon")).toBe("query.bad_parameter");
    expect(await codeOf("/api/queries/saved/rfm?sice=2026-11-01")).toBe("query.bad_parameter");
    await world.take([visit]);
    const answer = await world.ask("POST", "/api/queries", {
      saved: "quality-duplicates",
      parameters: { since: "2026-01-01", until: "2027-01-01" },
    });
    expect(answer.body.rows).toEqual([["shop", 1, 1, 0, 0]]);
    expect((await world.ask("POST", "/api/queries", { saved: "x" })).body.code).toBe("query.not_found");
  });

  it("passes on that the engine itself cut an answer", async () => {
    const cut = { columns: [{ name: "n", type: "bigint" }], rows: [[1]], truncated: true } as const;
    const cutting = await apiWorld(lake, { analyst: { query: async () => cut, next: async () => undefined } });
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
