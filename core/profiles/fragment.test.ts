import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event } from "#core/events/event.ts";
import { type DistinctSketch, emptySketch, withDistinct } from "#core/kernel/distinct-sketch.ts";
import { compareText } from "#core/kernel/order.ts";
import { cut, randomFrom, shuffled } from "#test/contracts/random.ts";
import { evidenceId, type Fragment, fragmentOf, joinFragments } from "./fragment.ts";
import { countOf, withFewerRecent } from "./fragment-activity.ts";
import { latestDevices } from "./fragment-devices.ts";

/** Few, so that most histories have more. */
const RECENT = 4;

const event: fc.Arbitrary<Omit<Event, "messageId">> = fc
  .record({
    source: fc.constantFrom("web", "till", "constructor"),
    type: fc.constantFrom("track" as const, "identify" as const),
    eventTime: fc.integer({ min: 1_000, max: 1_012 }),
    traits: fc.dictionary(fc.constantFrom("name", "city"), fc.constantFrom("x", "y", null)),
    revenue: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    device: fc.option(
      fc.record({ id: fc.constantFrom("d1", "d2"), model: fc.constantFrom("A", "B") }, { requiredKeys: [] }),
      { nil: undefined },
    ),
    browser: fc.constantFrom("Firefox", "Safari"),
  })
  .map(({ revenue, device, browser, ...said }) => ({
    ...said,
    trust: "server" as const,
    name: said.type === "track" ? "Seen" : "identify",
    identifiers: [{ type: "user_id", value: "ana" }],
    receivedAt: said.eventTime,
    properties: revenue === undefined ? {} : { revenue },
    context: device === undefined ? {} : { device, browser: { name: browser } },
  }));

const events = (longest: number): fc.Arbitrary<readonly Event[]> =>
  fc
    .array(event, { minLength: 1, maxLength: longest })
    .map((list) => list.map((each, nth) => ({ ...each, messageId: `m${nth}` })));

const joined = (parts: readonly Fragment[]): Fragment => parts.reduce((x, y) => joinFragments(x, y, RECENT));
const fragmentFrom = (list: readonly Event[]): Fragment => joined(list.map((each) => fragmentOf(each)));

const fragment = events(12).map(fragmentFrom);

describe("joining fragments", () => {
  it("is commutative, associative and idempotent", () => {
    fc.assert(
      fc.property(events(20), fc.integer(), (list, seed) => {
        const random = randomFrom(seed);
        // Parts that overlap: what is told twice must not count twice.
        const [x, y, z] = [0, 1, 2].map(() => fragmentFrom([...list.filter(() => random() < 0.6), list[0] as Event]));
        if (x === undefined || y === undefined || z === undefined) throw new Error("three parts are made");
        expect(joined([x, y])).toEqual(joined([y, x]));
        expect(joined([joined([x, y]), z])).toEqual(joined([x, joined([y, z])]));
        expect(joined([x, x])).toBe(x);
      }),
    );
  });

  it("gives back the very fragment where nothing is added, whatever was cut meanwhile", () => {
    fc.assert(
      fc.property(events(30), fc.nat(), (list, nth) => {
        const all = fragmentFrom(list);
        const again = list[nth % list.length] as Event;
        expect(joined([all, fragmentOf(again)])).toBe(all);
      }),
    );
  });

  it("is what the set of events says, in any order, any cuts and with any repetition", () => {
    fc.assert(
      fc.property(events(30), fc.integer(), (list, seed) => {
        const random = randomFrom(seed);
        const told = shuffled([...list, ...list.filter(() => random() < 0.5)], random);
        const found = joined(cut(told, 5, random).map(fragmentFrom));
        expect(found).toEqual(fragmentFrom(list));
        expect(plain(found)).toEqual(reference(list));
      }),
    );
  });

  it("changes neither of its parts", () => {
    fc.assert(
      fc.property(fragment, fragment, (x, y) => {
        const before = structuredClone([x, y]);
        joined([x, y]);
        expect([x, y]).toEqual(before);
      }),
    );
  });
});

/** What a fragment says, without how it keeps it. */
function plain({ firstSeen, lastSeen, traits, recent, activity, devices }: Fragment) {
  return {
    seen: [firstSeen, lastSeen],
    traits: Object.fromEntries(
      Object.entries(traits).map(([name, { value, at, by, source }]) => [name, [value, at, by, source]]),
    ),
    recent: recent.map(({ by }) => by),
    activity: Object.fromEntries(
      Object.entries(activity).map(([source, { firstSeen: first, lastSeen: last, counted }]) => [
        source,
        [first, last, counted ?? countOf({ recent, activity }, source).events],
      ]),
    ),
    devices: latestDevices(devices).map(({ at, id, model, browser }) => [at, id, model, browser]),
  };
}

/** The same from the list of events, the plain way. */
function reference(list: readonly Event[]): ReturnType<typeof plain> {
  const inOrder = [...list].sort((x, y) => x.eventTime - y.eventTime || compareText(evidenceId(x), evidenceId(y)));
  const times = inOrder.map(({ eventTime }) => eventTime);
  const identified = inOrder.filter(({ type }) => type === "identify");
  const latestFirst = [...inOrder].reverse();
  const devices = new Map<string, readonly (string | number | undefined)[]>();
  for (const { context, eventTime } of inOrder) {
    const device = context.device as { readonly id?: string; readonly model?: string } | undefined;
    if (device === undefined) continue;
    const { name } = context.browser as { readonly name: string };
    const seen = [eventTime, device.id, device.model, name] as const;
    const key = device.id ?? JSON.stringify([device.model ?? null, name]);
    // Of two at one instant the later by text stands: absent is written as null, which is after every quoted text.
    const other = devices.get(key);
    const text = (facts: readonly unknown[]): string => JSON.stringify(facts.slice(1));
    if (other === undefined || other[0] !== eventTime || text(other) <= text(seen)) devices.set(key, seen);
  }
  return {
    seen: [Math.min(...times), Math.max(...times)],
    traits: Object.fromEntries(
      identified.flatMap((each) =>
        Object.entries(each.traits).map(([name, value]) => [
          name,
          [value, each.eventTime, evidenceId(each), each.source],
        ]),
      ),
    ),
    recent: latestFirst.slice(0, RECENT).map((each) => evidenceId(each)),
    activity: Object.fromEntries(
      [...new Set(list.map(({ source }) => source))].map((source) => {
        const own = inOrder.filter((each) => each.source === source);
        const count = list.length > RECENT ? sketchOf(own) : own.length;
        return [source, [own[0]?.eventTime, own.at(-1)?.eventTime, count]];
      }),
    ) as ReturnType<typeof plain>["activity"],
    devices: [...devices.values()].sort(
      (x, y) => Number(y[0]) - Number(x[0]) || compareText(JSON.stringify(y.slice(1)), JSON.stringify(x.slice(1))),
    ) as ReturnType<typeof plain>["devices"],
  };
}

const sketchOf = (list: readonly Event[]): DistinctSketch =>
  list.reduce<DistinctSketch>((sketch, each) => withDistinct(sketch, evidenceId(each)), emptySketch);

const seen = (nth: number, more: Partial<Event> = {}): Event => ({
  messageId: `m${nth}`,
  source: "web",
  trust: "server",
  type: "track",
  name: "Seen",
  identifiers: [{ type: "user_id", value: "ana" }],
  eventTime: nth,
  receivedAt: nth,
  properties: {},
  traits: {},
  context: {},
  ...more,
});

describe("how often a source spoke", () => {
  const many = (from: number, count: number, source = "web"): readonly Event[] =>
    Array.from({ length: count }, (_, nth) => seen(from + nth, { source }));
  const fifty = (list: readonly Event[]): Fragment =>
    list.map((each) => fragmentOf(each)).reduce((x, y) => joinFragments(x, y, 50));

  it("is exact while every event is remembered", () => {
    const found = fifty([...many(0, 30), ...many(100, 20, "till"), ...many(0, 30)]);
    expect(countOf(found, "web")).toEqual({ events: 30, exact: true });
    expect(countOf(found, "till")).toEqual({ events: 20, exact: true });
    expect(countOf(found, "nobody")).toEqual({ events: 0, exact: true });
  });

  it("is about right from the first that is not, and says so", () => {
    const found = fifty([...many(0, 2_000), ...many(5_000, 51, "till")]);
    const [web, till] = [countOf(found, "web"), countOf(found, "till")];
    expect([web.exact, till.exact]).toEqual([false, false]);
    expect(Math.abs(web.events / 2_000 - 1)).toBeLessThan(0.3);
    expect(Math.abs(till.events / 51 - 1)).toBeLessThan(0.3);
  });

  it("does not grow with repetitions, however late", () => {
    const list = many(0, 500);
    const once = fifty(list);
    expect(list.slice(0, 100).reduce((x, each) => joinFragments(x, fragmentOf(each), 50), once)).toBe(once);
  });

  it("stays what it was where fewer events are remembered from then on", () => {
    const once = fifty(many(0, 40));
    const fewer = withFewerRecent(once, 5);
    expect(fewer.recent).toHaveLength(5);
    expect(countOf(fewer, "web").exact).toBe(false);
    expect(Math.abs(countOf(fewer, "web").events - 40)).toBeLessThan(12);
    expect(withFewerRecent(once, 40)).toBe(once);
  });
});

describe("what one identifier may make a fragment hold", () => {
  it("is bounded: devices, sources, events, names", () => {
    const found = Array.from({ length: 400 }, (_, nth) =>
      fragmentOf(
        seen(nth, {
          source: `source-${nth % 40}`,
          name: "x".repeat(5_000),
          context: { device: { id: `d${nth}`, model: "y".repeat(500) }, os: { name: "Android", version: `${nth}` } },
        }),
      ),
    ).reduce((x, y) => joinFragments(x, y, 50));
    expect(found.recent).toHaveLength(50);
    expect(found.recent[0]?.name).toHaveLength(256);
    expect(Object.keys(found.activity)).toHaveLength(16);
    expect(latestDevices(found.devices).map(({ id }) => id)).toEqual(
      [399, 398, 397, 396, 395, 394, 393, 392].map((nth) => `d${nth}`),
    );
    expect(latestDevices(found.devices)[0]).toEqual({ at: 399, id: "d399", os: "Android", osVersion: "399" });
  });

  it("knows a device by what it is like where it has no id, whatever the version", () => {
    const on = (nth: number, version: string) =>
      fragmentOf(seen(nth, { context: { device: { type: "mobile" }, os: { name: "iOS", version } } }));
    const found = joinFragments(on(2, "26.1"), on(1, "26.0"), 50);
    expect(latestDevices(found.devices)).toEqual([{ at: 2, type: "mobile", os: "iOS", osVersion: "26.1" }]);
  });
});
