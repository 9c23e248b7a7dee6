import fc from "fast-check";
import type { Event } from "#core/events/event.ts";
import { eventsLogRow } from "#core/events/lake-rows.ts";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { DAY, HOUR } from "#core/kernel/time.ts";
import { type Person, personOf } from "#core/segments/person.ts";
import type { LakeRow } from "./lake-in-memory.ts";
import { computedRows, identityRows, listRows, profileId, profileRows, type Somebody } from "./world-rows.ts";

/** Some time before the clocks of Paris go forward, so that windows of days and of hours differ. */
export const NOW = Date.UTC(2026, 2, 30, 9, 30, 0, 500);

export const NAMES = ["Order Completed", "Page'd", "identify", 'Ünï "quoted"'] as const;
export const TRAITS = [
  "plan",
  "age",
  "tags",
  "address.city",
  "address",
  "born",
  "we'ird",
  'qu"ote',
  "a/b~c",
  "tags.0",
] as const;
export const PROPERTIES = [
  "revenue",
  "total",
  "currency",
  "order_id",
  "sku",
  "items.0.price",
  "items",
  "at",
  "we'ird",
  "flag",
] as const;
export const PURPOSES = ["marketing", "a.b/c~d", "it's"] as const;
export const COMPUTED = ["ltv", "brands", "rfm.score", "it's"] as const;
export const LISTS = ["easter", "it's", 'Ünï "quoted"'] as const;

/** Values that meet the conditions' operands often, and everything that engines have been seen to differ on. */
export const TEXTS = [
  "",
  "pro",
  "Pro",
  "profile",
  "50%_off!",
  "it's",
  'a"b\\c',
  "1",
  "true",
  "null",
  "été 🎉",
  "e\u0301te\u0301",
  "line\nbreak",
  "--",
  "/*",
  "[1]",
  "NaN",
] as const;
export const DATES = [
  "2026-03-29",
  "2026-03-30T09:30:00.500Z",
  "2026-03-30T09:30:00.500999Z",
  "2026-03-30T11:30:00.501+02:00",
  "2026-03-29 02:30:00",
  "2026-03-29T02:30",
  "2026-03-01T00:00:00.123456789-0430",
  "2026-02-30",
  "2026-13-01",
  "0999-01-01",
  "2026-3-1",
  "2026-03-30T24:00:00Z",
  "9999-12-31T23:59:59-14:00",
] as const;
export const NUMBERS = [
  0,
  1,
  2,
  18,
  49.99,
  50,
  0.1,
  0.2,
  0.3,
  -5,
  1e6,
  1e12,
  1.5e300,
  123456789.123456,
  2 ** 53,
  5e-7,
] as const;

const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(...TEXTS),
  fc.constantFrom<Json>(...DATES),
  fc.constantFrom<Json>(...NUMBERS),
  fc.boolean(),
  fc.constant(null),
);
const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 5, arbitrary: scalar },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(scalar, fc.constant<Json>([1]), fc.constant<Json>({ x: "pro" })), { maxLength: 3 }),
  },
  { weight: 1, arbitrary: fc.record({ city: scalar, price: scalar }, { requiredKeys: [] }) },
);

const objectOf = (paths: readonly string[]): fc.Arbitrary<JsonObject> => {
  const tops = [...new Set(paths.map((path) => path.split(".")[0] as string))];
  const items = fc.array(fc.record({ price: scalar }, { requiredKeys: [] }), { maxLength: 2 });
  const members = tops.map((name): [string, fc.Arbitrary<Json>] => [
    name,
    name === "items"
      ? fc.oneof(value, items)
      : name === "address"
        ? fc.oneof(value, fc.record({ city: scalar }))
        : value,
  ]);
  return fc.record(Object.fromEntries(members), { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;
};

/** Just around every edge that a condition may have, and anywhere. */
const eventTime: fc.Arbitrary<number> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        NOW,
        NOW - DAY,
        NOW - 2 * DAY,
        NOW - 7 * DAY,
        NOW - 24 * HOUR + HOUR,
        Date.UTC(2026, 2, 28, 23),
        Date.UTC(2026, 2, 29),
      ),
      fc.constantFrom(-HOUR, -1, 0, 1, HOUR),
    )
    .map(([at, shift]) => at + shift),
  fc.integer({ min: NOW - 40 * DAY, max: NOW + 2 * DAY }),
);

interface Doing {
  readonly key: number;
  readonly name: string;
  readonly at: number;
  readonly lateBy: number;
  readonly properties: JsonObject;
  readonly copies: number;
}

const doing = (keys: number): fc.Arbitrary<Doing> =>
  fc.record({
    key: fc.integer({ min: 0, max: keys }),
    name: fc.constantFrom(...NAMES),
    at: eventTime,
    /** Some are late, and some of the future by a clock that is wrong, so that windows disagree about them. */
    lateBy: fc.constantFrom(0, 1, DAY, 400 * DAY, -DAY, -31 * DAY, -34 * DAY, -70 * DAY),
    properties: objectOf(PROPERTIES),
    copies: fc.constantFrom(1, 1, 1, 2, 3),
  });

const somebody: fc.Arbitrary<Somebody> = fc.record({
  traits: objectOf(TRAITS),
  consent: fc.record(
    Object.fromEntries(
      PURPOSES.map((purpose) => [purpose, fc.constantFrom<"granted" | "denied">("granted", "denied")]),
    ),
    { requiredKeys: [] },
  ) as fc.Arbitrary<Somebody["consent"]>,
  computed: fc.option(objectOf(COMPUTED), { freq: 4 }),
  lists: fc.subarray([...LISTS]),
  travels: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
});

/** People and what they did, as the lake holds them and as memory does. */
export interface World {
  readonly people: ReadonlyMap<string, Person>;
  readonly rows: Readonly<Record<WorldTable, readonly LakeRow[]>>;
}

type WorldTable = "events_log" | "identity_changes" | "profile_changes" | "computed_changes" | "list_members";

/** So many people at most, and so many things that each of them did on average at most. */
export const worldOfUpTo = (people: number, each: number): fc.Arbitrary<World> =>
  fc
    .array(somebody, { minLength: 1, maxLength: people, size: "max" })
    .chain((all) =>
      fc.tuple(fc.constant(all), fc.array(doing(all.length), { maxLength: all.length * each, size: "max" })),
    )
    .map(([all, doings]) => worldOf(all, doings));

export function worldOf(people: readonly Somebody[], doings: readonly Doing[]): World {
  const events = doings.map(eventOf);
  return {
    people: new Map(
      people.map(({ traits, consent, computed, lists }, position) => [
        profileId(position),
        personOf(
          {
            traits: traits as never,
            consent: Object.fromEntries(
              Object.entries(consent).map(([purpose, state]) => [purpose, { state, at: "", source: "" }]),
            ),
          },
          events.filter((_, at) => doings[at]?.key === position),
          { computed: computed ?? {}, lists: new Set(lists) },
        ),
      ]),
    ),
    rows: {
      events_log: events.flatMap((event, at) =>
        Array.from({ length: doings[at]?.copies ?? 1 }, (_, copy) => logRow(event, copy)),
      ),
      identity_changes: people.flatMap((body, position) => identityRows(body, position)),
      profile_changes: people.flatMap((body, position) => profileRows(body, position)),
      computed_changes: people.flatMap((body, position) => computedRows(body, position)),
      list_members: LISTS.flatMap((list) => listRows(list, people)),
    },
  };
}

/** Every event has a key; a key past the last person is nobody's: its profile is not there yet. */
function eventOf({ key, name, at, lateBy, properties }: Doing, position: number): Event {
  return {
    messageId: `m'${position}`,
    source: "test",
    trust: "server",
    type: "track",
    name,
    identifiers: [{ type: "user_id", value: String(key) }],
    eventTime: at,
    receivedAt: at + lateBy,
    properties,
    traits: {},
    context: {},
  };
}

/** A repetition comes later, and in the lake may well lie in another day. */
const logRow = (event: Event, copy: number): LakeRow =>
  eventsLogRow({ ...event, receivedAt: event.receivedAt + copy * DAY }) as unknown as LakeRow;
