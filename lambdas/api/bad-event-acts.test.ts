import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { BadEvent } from "#core/events/bad-event.ts";
import { badEvent } from "#core/events/bad-event.ts";
import { badEventRow } from "#core/events/lake-rows.ts";
import { listOf, text } from "#test/support/api-answers.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";
import { shop } from "#test/support/recovery-world.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  await lake.clear();
  world = await apiWorld(lake);
  await world.ports.sources.put("shop", shop, 0);
});

const kept = (position: number, more: Partial<Omit<BadEvent, "id">> = {}): BadEvent =>
  badEvent({
    code: "event.no_name",
    problems: [{ path: "event", message: "a track call names its event" }],
    payload: JSON.stringify({ type: "track", userId: "u1", messageId: `m${position}`, name: "Seen" }),
    receivedAt: Date.parse("2026-11-01T10:00:00.000Z") + position,
    source: "shop",
    position,
    name: "track",
    around: {},
    ...more,
  });
const keep = async (...bad: readonly BadEvent[]) => lake.append("bad_events", bad.map(badEventRow));
const ids = (list: unknown): readonly unknown[] => listOf(list).map(({ id }) => id);

const NAME_IT = [{ do: "rename", from: "name", to: "event" }];
const recover = (asked: object) => world.ask("POST", "/api/bad-events/recover", { filter: {}, ...asked });

describe("bad events are listed", () => {
  it("each once, as it stands, latest first, a page at a time", async () => {
    const [first, second, third] = [kept(1), kept(2), kept(3)];
    await keep(first, second, second, third, { ...second, recovery: { times: 1, at: Date.now(), as: "m2" } });
    const page = await world.ask("GET", "/api/bad-events?limit=2");
    expect(ids(page.body.badEvents)).toEqual([third.id, second.id]);
    expect(page.body.badEvents).toMatchObject([
      { recoveries: 0, recoveredAs: null },
      { recoveries: 1, recoveredAs: "m2" },
    ]);
    const next = await world.ask("GET", `/api/bad-events?limit=2&cursor=${text(page.body.next)}`);
    expect([ids(next.body.badEvents), next.body.next]).toEqual([[first.id], null]);
  });

  it("by code, source, event, time and whether they were recovered, and counted so", async () => {
    const old = kept(1, { receivedAt: Date.parse("2026-08-01") });
    const large = kept(2, { code: "event.too_large", source: "site", name: "Order Completed" });
    const done = { ...kept(3), recovery: { times: 1, at: Date.now(), as: "m3" } };
    await keep(old, large, kept(4), kept(3), done);
    const asked = async (query: string) => (await world.ask("GET", `/api/bad-events?${query}`)).body;
    expect(await asked("")).toMatchObject({
      counts: [
        { code: "event.no_name", count: 2 },
        { code: "event.too_large", count: 1 },
      ],
      countsBySource: [
        { source: "shop", count: 2 },
        { source: "site", count: 1 },
      ],
    });
    expect(ids((await asked("code=event.too_large&source=site&event=Order%20Completed")).badEvents)).toEqual([
      large.id,
    ]);
    expect(ids((await asked("recovered=true")).badEvents)).toEqual([done.id]);
    expect(ids((await asked("recovered=false&source=shop")).badEvents)).toEqual([kept(4).id]);
    expect(ids((await asked("since=2026-01-01&until=2026-08-02")).badEvents)).toEqual([old.id]);
  });

  it("in pages that end early where payloads are large", async () => {
    const large = Array.from({ length: 20 }, (_, nth) => kept(nth, { payload: JSON.stringify("x".repeat(250_000)) }));
    await keep(...large);
    const seen: unknown[] = [];
    let cursor = "";
    for (let pages = 0; pages < 5 && cursor !== "null"; pages++) {
      const { body } = await world.ask("GET", `/api/bad-events?limit=50${cursor && `&cursor=${cursor}`}`);
      expect(JSON.stringify(body).length).toBeLessThan(3_100_000);
      seen.push(...ids(body.badEvents));
      cursor = text(body.next ?? "null");
    }
    expect(seen).toEqual(large.map(({ id }) => id).toReversed());
  });
});

describe("bad events are recovered", () => {
  it("in a rehearsal unless asked otherwise", async () => {
    await keep(kept(1));
    const { body } = await recover({ rules: NAME_IT });
    expect(body).toMatchObject({ dryRun: true, counts: { recovered: 1, events: 1 }, next: null });
    expect(world.log).toEqual([]);
  });

  it("event by event, and once", async () => {
    const lost = kept(2, { payload: '{"type":"track"}' });
    await keep(kept(1), lost);
    const { body } = await recover({ rules: NAME_IT, dryRun: false });
    expect(body.outcomes).toMatchObject([
      { id: lost.id, code: "event.no_name", outcome: { kind: "still_bad", code: "event.no_name" } },
      { id: kept(1).id, outcome: { kind: "recovered", messageId: "m1" } },
    ]);
    const rows = await lake.query("SELECT event, message_id, dt, received_at FROM events");
    expect(rows.rows).toEqual([["Seen", "m1", "2026-11-01", "2026-11-01T10:00:00.001Z"]]);
    const again = await recover({ rules: NAME_IT, dryRun: false, filter: { ids: [kept(1).id] } });
    expect(again.body).toMatchObject({ counts: { already_recovered: 1, events: 0 } });
    expect(world.log.length).toBe(1);
    const { body: left } = await world.ask("GET", "/api/bad-events?recovered=false");
    expect(ids(left.badEvents)).toEqual([lost.id]);
  });

  it("by id however old they are, and tells which ids are nobody's", async () => {
    const old = kept(1, { receivedAt: Date.parse("2024-02-01") });
    await keep(old);
    const { body } = await recover({ filter: { ids: [old.id, "unknown"] }, rules: NAME_IT });
    expect(body).toMatchObject({ counts: { recovered: 1 }, unknownIds: ["unknown"] });
    expect((await recover({ rules: NAME_IT })).body.outcomes).toEqual([]);
  });

  it("a page at a time", async () => {
    await keep(kept(1), kept(2), kept(3));
    const first = await recover({ rules: NAME_IT, dryRun: false, limit: 2 });
    const second = await recover({ rules: NAME_IT, dryRun: false, limit: 2, cursor: first.body.next });
    expect([ids(first.body.outcomes), ids(second.body.outcomes), second.body.next]).toEqual([
      [kept(3).id, kept(2).id],
      [kept(1).id],
      null,
    ]);
  });

  it("not if their sender sent them again by himself", async () => {
    await world.take([{ type: "track", event: "Seen", userId: "u1", messageId: "m1" }]);
    await keep(kept(1));
    const { body } = await recover({ rules: NAME_IT, dryRun: false });
    expect(body.outcomes).toMatchObject([{ outcome: { kind: "already_recovered", messageId: "m1" } }]);
    expect((await lake.query("SELECT count(*) FROM events_log")).rows).toEqual([[1]]);
  });

  it.each<[string, object, string]>([
    ["a misspelt rule", { rules: [{ do: "renam", from: "a", to: "b" }] }, "body.invalid"],
    ["a misspelt filter", { filter: { codes: "event.no_name" } }, "body.invalid"],
    ["too many at once", { limit: 501 }, "body.invalid"],
    ["another list's cursor", { cursor: "WzFd" }, "page.bad_cursor"],
  ])("not by %s", async (_what, asked, code) => {
    expect((await recover(asked)).body.code).toBe(code);
  });

  it("not half: where the world breaks nothing is told as done, and asking again mends it", async () => {
    await keep(kept(1));
    const { recovery } = world.ports;
    const intake = { append: async () => Promise.reject(new Error("no way through")) };
    const broken = await apiWorld(lake, { recovery: { ...recovery, intake }, sources: world.ports.sources });
    const asked = { filter: {}, rules: NAME_IT, dryRun: false };
    expect((await broken.ask("POST", "/api/bad-events/recover", asked)).status).toBe(503);
    expect((await recover(asked)).body).toMatchObject({ counts: { recovered: 1 } });
  });

  it("tells the form of a bad event", async () => {
    const { body } = await world.ask("GET", "/api/schemas/bad-event");
    expect(body).toMatchObject({ $id: "urn:tributary:bad-event:2", type: "object" });
  });
});
