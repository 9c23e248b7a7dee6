import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { listOf } from "#test/support/api-answers.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  await lake.clear();
  world = await apiWorld(lake);
});

const at = (minute: number): string => `2026-11-01T08:${String(minute).padStart(2, "0")}:00Z`;
const seen = (minute: number) => ({
  messageId: `at ${minute}`,
  timestamp: at(minute),
  type: "track",
  event: "Seen",
  anonymousId: "tablet",
});
const login = (userId: string, minute: number) => ({ ...seen(minute), messageId: `${userId} logs in`, userId });

const eventsOf = async (named: string): Promise<readonly unknown[]> => {
  const { body } = await world.ask("GET", `/api/profiles/${named}/events?limit=50`);
  return listOf(body.events).map(({ messageId }) => messageId);
};

describe("events of a tablet that three people share", () => {
  it("are those of whoever had logged in, and before that of whoever has the tablet", async () => {
    const logins = [login("ana", 10), login("bob", 20), login("eve", 30)];
    await world.take([5, 15, 25, 26, 35].map(seen).concat(logins), { trust: "browser" });
    expect(await eventsOf("user_id:ana")).toEqual(["at 15", "ana logs in", "at 5"]);
    expect(await eventsOf("user_id:bob")).toEqual(["at 26", "at 25", "bob logs in"]);
    expect(await eventsOf("user_id:eve")).toEqual(["at 35", "eve logs in"]);
  });

  it("are counted once each, by whom the lake counts them for", async () => {
    await world.take([seen(5), seen(15), login("ana", 10), seen(15), login("bob", 20), seen(25), seen(25)]);
    const { rows } = await lake.query("SELECT profile_id, count(*) AS n FROM events GROUP BY profile_id ORDER BY n");
    expect(rows.map(([, n]) => n)).toEqual([2, 3]);
    expect(await eventsOf("user_id:ana")).toHaveLength(3);
    expect(await eventsOf("user_id:bob")).toHaveLength(2);
  });
});
