import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { athenaDialect } from "#adapters/sql/athena-dialect.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import { LAKE_TABLES, LAKE_VIEWS } from "#contracts/lake.ts";
import { fillSavedQuery } from "#contracts/saved-queries/fill-saved-query.ts";
import { SAVED_QUERIES } from "#contracts/saved-queries/saved-queries.ts";
import type { SavedQuery } from "#contracts/saved-queries/saved-query.ts";
import type { Json } from "#core/kernel/json.ts";
import type { QueryResult } from "#core/kernel/ports.ts";
import { type ApiWorld, apiWorld } from "#test/support/api-world.ts";
import { type SharedLake, settledLake } from "./support/trino-lake.ts";
import { asSet } from "./support/trino-rows.ts";
import type { Trino } from "./support/trino-server.ts";
import { type TrinoShop, trinoShop } from "./support/trino-shop.ts";

interface Asked {
  query(sql: string): Promise<QueryResult>;
}

/** What of a preview is each engine's own: its text, and what it cost. */
const ENGINES_OWN = { sql: null, tookMs: null, cost: null, freshness: null };

/** The days of the shop, and a little more. */
const DAYS: Readonly<Record<string, string>> = { since: "2026-09-20", until: "2026-11-05" };

/** Every table and view of the lake row by row, every saved query, and whatever the API asks of the lake. */
export function viewsMeanTheSame(server: Trino): void {
  let shop: TrinoShop;
  let lake: SharedLake;
  beforeAll(async () => {
    shop = await trinoShop();
    lake = await settledLake(server, "shop", shop.rows);
  });
  afterAll(() => lake.close());

  /** The same columns and rows from Trino and, by either of its ways, from the embedded runtime; answers how many. */
  const same = async (sql: string, ours: Asked): Promise<number> => {
    const [theirs, told] = await Promise.all([lake.trino.query(sql), ours.query(sql)]);
    expect(theirs.columns.map(({ name }) => name)).toEqual(told.columns.map(({ name }) => name));
    expect(asSet(theirs)).toEqual(asSet(told));
    return told.rows.length;
  };

  it.each([...Object.keys(LAKE_TABLES), ...Object.keys(LAKE_VIEWS)])("has the same rows in %s", async (name) => {
    expect(await same(`SELECT * FROM ${name}`, lake.local.lake)).toBeGreaterThan(0);
  });

  it.each(Object.entries<SavedQuery>(SAVED_QUERIES))("answers the saved query %s the same", async (_name, query) => {
    const days = Object.fromEntries(
      Object.keys(query.parameters).flatMap((name) => (DAYS[name] ? [[name, DAYS[name]]] : [])),
    );
    const sql = fillSavedQuery(query, days);
    if (typeof sql !== "string") throw new Error(sql.message);
    expect(await same(sql, lake.local.analyst)).toBeGreaterThan(0);
  });

  describe("is told of by the API", () => {
    let theirs: ApiWorld;
    let ours: ApiWorld;
    beforeAll(async () => {
      const { ports } = shop.world;
      const { local, trino } = lake;
      // The same handlers over the same profiles: only the lake behind them is another.
      ours = await apiWorld(shop.world.lake, { ...ports, lake: local.lake });
      theirs = await apiWorld(shop.world.lake, {
        ...ports,
        lake: trino,
        dialect: "athena",
        segmentSql: (condition, now) => segmentSql(condition, now, athenaDialect),
      });
    });
    /** What is answered from Trino's lake and from our own, without the query it was made by. */
    const bothAnswers = async (method: string, path: string, body?: Json): Promise<readonly object[]> =>
      Promise.all(
        [theirs, ours].map(async (world) => {
          const answer = await world.ask(method, path, body);
          expect(answer.status, JSON.stringify(answer.body)).toBe(200);
          return { ...answer.body, ...ENGINES_OWN };
        }),
      );

    it.each([
      "/api/bad-events",
      "/api/bad-events?limit=3",
      "/api/messages",
      "/api/profiles?query=example",
      "/api/profiles?query=marie",
    ])("the same at %s", async (path) => {
      const [one, other] = await bothAnswers("GET", path);
      expect(one).toEqual(other);
    });

    it("the same of people who were merged and taken apart", async () => {
      for (const who of shop.asked) {
        const person = `/api/profiles/${encodeURIComponent(who)}`;
        for (const part of ["/events?limit=20", "/history", "/traits"]) {
          const [one, other] = await bothAnswers("GET", person + part);
          expect(one, person + part).toEqual(other);
        }
      }
    });

    it("the same of whom a condition means", async () => {
      const condition = {
        all: [
          { event: "Order Completed", count: { gte: 1 } },
          { trait: "email", exists: true },
        ],
      };
      const [one, other] = await bothAnswers("POST", "/api/segments/preview", { condition });
      expect(one).toEqual(other);
    });
  });
}
