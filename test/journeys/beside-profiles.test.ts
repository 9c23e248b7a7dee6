import { afterAll, describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import {
  newDataFolder,
  removeDataFolder,
  startTributary,
  type TributaryProcess,
} from "#test/support/tributary-process.ts";

const data = newDataFolder();
let running: TributaryProcess | undefined;
afterAll(async () => {
  await running?.stop();
  removeDataFolder(data);
});

const ordered = (userId: string, nth: number) => ({
  type: "track",
  event: "Order Completed",
  userId,
  messageId: `${userId}-${nth}`,
  timestamp: "2026-09-01T08:00:00Z",
});

const refresh = (tributary: TributaryProcess) => tributary.api("/api/computed-traits/refresh", {});
const importTo = (tributary: TributaryProcess, ...users: readonly string[]) =>
  tributary.api("/api/lists/fair/members", { mode: "replace", identifiers: users.map((user) => `user_id:${user}`) });

/** Who turned, what made them turn, and which way, in order. */
const turns = async (tributary: TributaryProcess, segment: string): Promise<readonly string[]> => {
  const rows = await tributary.rows(
    `SELECT cause, change FROM segment_turns WHERE segment_id = '${segment}' ORDER BY evaluated_at, profile_id`,
  );
  return rows.map((row) => row.join(": "));
};

const members = async (tributary: TributaryProcess, segment: string): Promise<readonly unknown[]> =>
  (await tributary.api(`/api/segments/${segment}/members`)).body.members;

const kept = async (tributary: TributaryProcess, segment: string): Promise<readonly unknown[]> =>
  (
    await tributary.rows(`SELECT profile_id FROM segment_members WHERE segment_id = '${segment}' ORDER BY profile_id`)
  ).flat();

describe("segments of what stands beside profiles", () => {
  it("are kept as lists and computed traits change, and as the query says, whoever is killed in between", async () => {
    let tributary = await startTributary(data);
    running = tributary;
    const people = ["ana", "bo", "cy", "dan"];
    await tributary.send("/v1/batch", { batch: [...people.map((user) => ordered(user, 1)), ordered("ana", 2)] });
    await tributary.api("/api/computed-traits", { name: "orders", event: "Order Completed", measure: "count" });
    await tributary.api("/api/lists", { id: "fair", name: "Fair", identifiers: ["user_id:ana", "user_id:bo"] });
    await refresh(tributary);
    await tributary.api("/api/segments", { id: "fair", name: "Fair", condition: { list: "fair" } });
    const regulars = { id: "regulars", name: "Regulars", condition: { computed: "orders", gte: 2 } };
    const made = await tributary.api("/api/segments", regulars);
    expect(made.body.freshness).toMatchObject({ kind: "real_time", computedTraits: ["orders"] });
    await eventually(async () => {
      expect(await turns(tributary, "fair")).toHaveLength(2);
      expect(await turns(tributary, "regulars")).toHaveLength(1);
    });

    await importTo(tributary, "bo", "cy", "nobody");
    await tributary.send("/v1/batch", { batch: ["bo", "dan"].map((user) => ordered(user, 2)) });
    await refresh(tributary);
    await eventually(async () => {
      expect((await turns(tributary, "fair")).slice(2).sort()).toEqual(["list fair: entered", "list fair: left"]);
      expect((await turns(tributary, "regulars")).slice(1)).toEqual([
        "computed orders: entered",
        "computed orders: entered",
      ]);
    });

    // Nobody may have looked yet when it is killed.
    await importTo(tributary, "dan");
    await tributary.send("/v1/batch", { batch: [ordered("cy", 2)] });
    await refresh(tributary);
    await tributary.kill();
    tributary = await startTributary(data);
    running = tributary;
    await eventually(async () => {
      expect((await turns(tributary, "fair")).slice(4).sort()).toEqual([
        "list fair: entered",
        "list fair: left",
        "list fair: left",
      ]);
      expect((await turns(tributary, "regulars")).slice(3)).toEqual(["computed orders: entered"]);
    });

    for (const segment of ["fair", "regulars"]) {
      expect(await kept(tributary, segment)).toEqual(await members(tributary, segment));
      const before = await turns(tributary, segment);
      await tributary.api(`/api/segments/${segment}/evaluate`, {});
      await eventually(async () => {
        const { freshness } = (await tributary.api(`/api/segments/${segment}`)).body;
        expect(freshness.members).toBe(segment === "fair" ? 1 : 4);
      });
      expect(await turns(tributary, segment), "a snapshot finds nothing that was not told").toEqual(before);
    }
  });
});
