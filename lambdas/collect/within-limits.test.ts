import { describe, expect, it } from "vitest";
import { basic, type CollectWorld, collectWorld, sent } from "#test/support/collect-world.ts";

let next = 0;
const track = (more: object = {}): object => ({
  type: "track",
  event: "Seen",
  userId: "u1",
  messageId: `m${next++}`,
  ...more,
});
const tracks = (count: number, more: object = {}): object[] => Array.from({ length: count }, () => track(more));
const slow = { authorization: basic("slow-key:") };
const send = (world: CollectWorld, batch: readonly object[], headers: Record<string, string> = slow) =>
  world.ask({ headers, body: { batch } });
const asked = (world: CollectWorld, port: string): unknown[] =>
  world.log.filter(([name]) => name === port).map(([, what]) => what);

describe("a source with a limit", () => {
  it("is refused what is over it, and told for how long and why", async () => {
    const world = collectWorld();
    expect((await send(world, tracks(10))).status).toBe(200);
    world.taken();
    const { status, headers, body } = await send(world, tracks(7));
    expect([status, headers["retry-after"], body.code]).toEqual([429, "4", "rate.limited"]);
    expect(body.message).toContain("2 events a second, and 10 at once");
    expect(body.requestId).toBe("request-1");
    expect(headers["access-control-expose-headers"]).toBe("Retry-After");
  });

  it("has nothing of it kept, for it will come again", async () => {
    const world = collectWorld();
    await send(world, tracks(10));
    world.taken();
    await send(world, [...tracks(1), { type: "nothing known" }]);
    await world.ask({ headers: slow, body: "{ no JSON" });
    expect(world.taken()).toEqual({ events: [], badEvents: [] });
  });

  it("is asked before anything is stored, and after the sender is known", async () => {
    const { log } = await sent({ headers: slow, body: { batch: tracks(3) } });
    expect(log.map(([port]) => port)).toEqual(["sources.byWriteKey", "rates.take", "intake.append"]);
    expect(log[1]).toEqual(["rates.take", { source: "slow", events: 3 }]);
  });

  it("counts a body that nobody can read as one", async () => {
    const world = collectWorld();
    const { status } = await world.ask({ headers: slow, body: "{ no JSON" });
    expect([status, asked(world, "rates.take")]).toEqual([400, [{ source: "slow", events: 1 }]]);
  });

  it("is asked to wait a minute at most at a time", async () => {
    const world = collectWorld();
    const headers = { authorization: basic("slower-key:") };
    await send(world, tracks(10), headers);
    const { headers: told } = await send(world, tracks(10), headers);
    expect(told["retry-after"]).toBe("60");
  });

  it("may fetch pictures, which count and are never refused", async () => {
    const world = collectWorld();
    const pixel = (): Promise<unknown> =>
      world.ask({ method: "GET", path: "/pixel/track?writeKey=slow-key&event=Opened&userId=u1", headers: {} });
    for (let fetched = 0; fetched < 12; fetched++) await pixel();
    expect(world.taken().events).toHaveLength(12);
    expect((await send(world, tracks(1))).status).toBe(429);
    // Pictures over the limit are no debt: half a second's wait for one event is that of an empty bucket.
    expect((await send(world, tracks(10))).headers["retry-after"]).toBe("5");
  });

  it("may ask for settings and send metrics however often", async () => {
    const world = collectWorld();
    await send(world, tracks(10));
    expect((await world.ask({ path: "/m", headers: slow, body: {} })).status).toBe(200);
    expect((await world.ask({ method: "GET", path: "/v1/projects/slow-key/settings", headers: {} })).status).toBe(200);
    expect((await world.ask({ method: "GET", path: "/sourceConfig", headers: slow })).status).toBe(200);
    expect(asked(world, "rates.take")).toHaveLength(1);
  });
});

describe("a source without a limit", () => {
  it("costs no question", async () => {
    const { status, log } = await sent({ body: { batch: tracks(2_000) } });
    expect([status, log.map(([port]) => port)]).toEqual([200, ["sources.byWriteKey", "intake.append"]]);
  });
});

describe("events that each name their own key", () => {
  const of = (key: string, count: number): object[] => tracks(count, { writeKey: key });

  it("count for the source of each", async () => {
    const world = collectWorld();
    const batch = [...of("slow-key", 3), ...of("shop-key", 4), ...of("slower-key", 5)];
    expect((await send(world, batch, {})).status).toBe(200);
    expect(asked(world, "rates.take")).toEqual([
      { source: "slow", events: 3 },
      { source: "slower", events: 5 },
    ]);
  });

  it("count for the first that is known where their own is nobody's", async () => {
    const world = collectWorld();
    await send(world, [...of("nobody-key", 2), ...of("slow-key", 3)], {});
    expect(asked(world, "rates.take")).toEqual([{ source: "slow", events: 5 }]);
  });

  it("wait together for the slowest, at the cost of none", async () => {
    const world = collectWorld();
    await send(world, of("slower-key", 10), {});
    world.taken();
    const batch = [...of("slow-key", 10), ...of("slower-key", 1)];
    const { status, headers, body } = await send(world, batch, {});
    expect([status, headers["retry-after"]]).toEqual([429, "60"]);
    expect(body.message).toContain("0.01 events a second");
    expect(world.taken().events).toEqual([]);
    expect((await send(world, of("slow-key", 10), {})).status).toBe(200);
  });
});
