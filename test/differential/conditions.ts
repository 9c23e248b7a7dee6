import fc from "fast-check";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { COMPUTED, DATES, LISTS, NAMES, NUMBERS, PROPERTIES, PURPOSES, TEXTS, TRAITS } from "./world.ts";

const text = fc.constantFrom(...TEXTS.filter((each) => each !== ""));
const number = fc.oneof(
  fc.constantFrom(...NUMBERS.filter((each) => Math.abs(each) <= 1e15)),
  fc.constantFrom(0.30000000000000004, 100, 99.98, 2),
);
const scalar = fc.oneof<fc.Arbitrary<string | number | boolean>[]>(
  text,
  fc.constantFrom(...DATES),
  number,
  fc.boolean(),
);
const date = fc.constantFrom(
  "2026-03-29",
  "2026-03-30T09:30:00.500Z",
  "2026-03-30T11:30:00.501+02:00",
  "2026-03-01T04:30:00.123",
);
const duration = fc.constantFrom("1d", "2d", "1w", "24h", "23h", "90min", "400d");
const between = fc.tuple(number, number).map((pair) => pair.toSorted((x, y) => x - y));
const pattern = fc.constantFrom("*", "?", "pro*", "*ro", "p?o", "*%_*!", "\\*", "été*", "??? ?", "*\n*", "it's", '*"*');

const valueTest = fc.oneof(
  fc.record({ eq: scalar }),
  fc.record({ ne: scalar }),
  fc.record({
    in: fc.oneof(fc.array(text, { minLength: 1, maxLength: 3 }), fc.array(number, { minLength: 1, maxLength: 3 })),
  }),
  fc.record({
    notIn: fc.oneof(fc.array(text, { minLength: 1, maxLength: 3 }), fc.array(number, { minLength: 1, maxLength: 3 })),
  }),
  fc.record({ gt: number }),
  fc.record({ gte: number }),
  fc.record({ lt: number }),
  fc.record({ lte: number }),
  fc.record({ between }),
  fc.record({ contains: scalar }),
  fc.record({ startsWith: text }),
  fc.record({ endsWith: text }),
  fc.record({ matches: pattern }),
  fc.constantFrom({ exists: true as const }, { missing: true as const }),
  fc.record({ before: date }),
  fc.record({ after: date }),
  fc.record({ inLast: duration }),
  fc.record({ inNext: duration }),
);
const small = fc.constantFrom(0, 1, 2, 3);
const countTest = fc.oneof(
  fc.record({ eq: small }),
  fc.record({ ne: small }),
  fc.record({ gt: small }),
  fc.record({ gte: small }),
  fc.record({ lt: small }),
  fc.record({ lte: small }),
  fc.tuple(small, small).map(([low, high]) => ({ between: [Math.min(low, high), Math.max(low, high)] })),
);
const amountTest = fc.oneof(
  fc.record({ eq: number }),
  fc.record({ ne: number }),
  fc.record({ gt: number }),
  fc.record({ gte: number }),
  fc.record({ lt: number }),
  fc.record({ lte: number }),
  fc.record({ between }),
);
const timeTest = fc.oneof(
  fc.record({ before: date }),
  fc.record({ after: date }),
  fc.record({ inLast: duration }),
  fc.record({ inNext: duration }),
);

const zone = fc.constantFrom({}, { zone: "Europe/Paris" }, { zone: "America/New_York" }, { zone: "Asia/Kathmandu" });
const fromTo = fc.constantFrom(
  "2026-03-28",
  "2026-03-29",
  "2026-03-29T02:30",
  "2026-03-30T09:30:00.500Z",
  "2026-04-02",
);
const within = fc.oneof(
  fc.tuple(duration, zone).map(([last, in_]) => ({ last, ...in_ })),
  fc.tuple(fromTo, zone).map(([from, in_]) => ({ from, ...in_ })),
  fc.tuple(fromTo, zone).map(([to, in_]) => ({ to, ...in_ })),
  fc.tuple(fromTo, fromTo, zone).map(([from, to, in_]) => ({ from, to, ...in_ })),
);

const property = fc.constantFrom(...PROPERTIES);
const of = <T extends object>(test: fc.Arbitrary<T>): fc.Arbitrary<T & { of: string }> =>
  fc.tuple(property, test).map(([path, tested]) => ({ of: path, ...tested }));
const measure = fc.oneof(
  fc.constant({}),
  fc.record({ count: countTest }),
  fc.record({ sum: of(amountTest) }),
  fc.record({ avg: of(amountTest) }),
  fc.record({ min: of(amountTest) }),
  fc.record({ max: of(amountTest) }),
  fc.record({ distinct: of(countTest) }),
  fc.record({ first: timeTest }),
  fc.record({ last: timeTest }),
);
const names = fc.oneof<fc.Arbitrary<unknown>[]>(
  fc.constantFrom(...NAMES),
  fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
);
const where = fc.array(
  fc.tuple(property, valueTest).map(([path, test]) => ({ property: path, ...test })),
  { minLength: 1, maxLength: 2 },
);
/** The members that are there, those that are not left out. */
const given = <T extends object>(shape: { readonly [Name in keyof T]: T[Name] }): object =>
  Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined));

const event = fc
  .tuple(names, fc.option(where, { nil: undefined, freq: 2 }), fc.option(within, { nil: undefined }), measure)
  .map(([name, asked, window, measured]) => ({ ...given({ event: name, where: asked, within: window }), ...measured }));

const filter = fc
  .tuple(names, fc.option(where, { nil: undefined, freq: 1 }))
  .map(([name, asked]) => given({ event: name, where: asked }));
const LENGTHS = ["1min", "1h", "2h", "22h", "24h", "1d", "2d", "1w", "20d"] as const;
const length = fc.constantFrom(...LENGTHS);
const after = fc.oneof(
  fc.record({ atMost: length }),
  fc.record({ atLeast: length }),
  fc
    .tuple(length, length)
    .map((pair) => pair.toSorted((x, y) => LENGTHS.indexOf(x) - LENGTHS.indexOf(y)))
    .map(([atLeast, atMost]) => ({ atLeast, atMost })),
);
const laterStep = fc
  .tuple(filter, fc.option(after, { nil: undefined }))
  .map(([meant, gap]) => ({ ...meant, ...given({ after: gap }) }));

/** Of two to five steps, with gaps of every kind. */
export const sequence = fc
  .tuple(
    filter,
    fc.array(laterStep, { minLength: 1, maxLength: 4 }),
    fc.option(within, { nil: undefined, freq: 1 }),
    fc.option(filter, { nil: undefined, freq: 1 }),
  )
  .map(([first, others, window, without]) => given({ sequence: [first, ...others], within: window, without }));

const leaf = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...TRAITS), valueTest).map(([trait, test]) => ({ trait, ...test })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      consent: fc.constantFrom(...PURPOSES, "other"),
      is: fc.constantFrom("granted", "denied", "unknown"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...COMPUTED), valueTest).map(([computed, test]) => ({ computed, ...test })),
  },
  { weight: 1, arbitrary: fc.constantFrom(...LISTS, "unheard of").map((list) => ({ list })) },
  { weight: 5, arbitrary: event },
  { weight: 2, arbitrary: sequence },
);

/** Conditions without references, as JSON. */
export const condition: fc.Arbitrary<ResolvedCondition> = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("node"), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie("node"), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie("node").map((not) => ({ not })),
  ),
})).node as fc.Arbitrary<ResolvedCondition>;
