import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { applyRules } from "./apply-rules.ts";
import { RecoveryRule, RecoveryRules } from "./rule.ts";

const rule = (written: object): RecoveryRule => RecoveryRule.parse(written);
const applied = (sent: Json, ...written: readonly object[]): Json => applyRules(sent, written.map(rule));

describe("rules", () => {
  it.each<[string, object, Json, Json]>([
    [
      "rename",
      { do: "rename", from: "properties.reveneu", to: "properties.revenue" },
      { properties: { reveneu: 5 } },
      { properties: { revenue: 5 } },
    ],
    [
      "rename into what is not there yet",
      { do: "rename", from: "total", to: "properties.order.total" },
      { total: 5 },
      { properties: { order: { total: 5 } } },
    ],
    [
      "rename in each item",
      { do: "rename", from: "products.*.prise", to: "products.*.price" },
      { products: [{ prise: 1 }, { price: 2 }, 7] },
      { products: [{ price: 1 }, { price: 2 }, 7] },
    ],
    [
      "cast to a number",
      { do: "cast", path: "properties.revenue", to: "number" },
      { properties: { revenue: " 49.90 " } },
      { properties: { revenue: 49.9 } },
    ],
    ["cast to text", { do: "cast", path: "userId", to: "string" }, { userId: 17 }, { userId: "17" }],
    [
      "cast to a truth",
      { do: "cast", path: "a.*", to: "boolean" },
      { a: ["YES", 0, "perhaps", null] },
      { a: [true, false, "perhaps", null] },
    ],
    [
      "cast to a time",
      { do: "cast", path: "timestamp", to: "time" },
      { timestamp: 1_790_000_000_000 },
      { timestamp: "2026-09-21T14:13:20.000Z" },
    ],
    [
      "cast a time in text",
      { do: "cast", path: "timestamp", to: "time" },
      { timestamp: "1790000000000" },
      { timestamp: "2026-09-21T14:13:20.000Z" },
    ],
    ["drop", { do: "drop", path: "properties.blob" }, { properties: { blob: "x", a: 1 } }, { properties: { a: 1 } }],
    ["set", { do: "set", path: "userId", value: "u1" }, { userId: { id: 1 } }, { userId: "u1" }],
    [
      "set where nothing stands",
      { do: "set", path: "context.a.b", value: null },
      { context: null },
      { context: { a: { b: null } } },
    ],
    [
      "set where null stands",
      { do: "set", path: "type", value: "track", ifAbsent: true },
      { type: null },
      { type: "track" },
    ],
    [
      "set in each item, also to null",
      { do: "set", path: "list.*", value: null },
      { list: [1, 2] },
      { list: [null, null] },
    ],
    [
      "set one item",
      { do: "set", path: "list.1.a", value: 9 },
      { list: [{ a: 1 }, { a: 2 }] },
      { list: [{ a: 1 }, { a: 9 }] },
    ],
    [
      "only where it says",
      { do: "drop", path: "b", where: { path: "a", equals: { x: [1] } } },
      { a: { x: [1] }, b: 1 },
      { a: { x: [1] } },
    ],
  ])("%s", (_what, written, sent, mended) => {
    expect(applied(sent, written)).toEqual(mended);
  });

  it.each<[string, object, Json]>([
    ["a place that is taken", { do: "rename", from: "a", to: "b" }, { a: 1, b: null }],
    ["a place that cannot be made", { do: "rename", from: "a", to: "b.c" }, { a: 1, b: 2 }],
    ["an item of a list, which keeps its length", { do: "rename", from: "list.0", to: "first" }, { list: [1, 2] }],
    ["an item to be dropped", { do: "drop", path: "list.0" }, { list: [1, 2] }],
    ["a place behind the end", { do: "set", path: "list.2", value: 1 }, { list: [1, 2] }],
    ["what is inherited and not sent", { do: "rename", from: "constructor", to: "c" }, {}],
    ["what cannot be read as asked", { do: "cast", path: "a", to: "number" }, { a: "49,90" }],
    ["what is there already", { do: "set", path: "a", value: [1], ifAbsent: true }, { a: 2 }],
    ["what is the same already", { do: "set", path: "a", value: { b: [1] } }, { a: { b: [1] } }],
    ["other values", { do: "drop", path: "b", where: { path: "a", equals: 1 } }, { a: "1", b: 1 }],
    ["items, where there is no list", { do: "set", path: "a.*.b", value: 1 }, { a: {} }],
    ["anything of what is no object", { do: "set", path: "a", value: 1 }, 17],
  ])("leave alone %s", (_what, written, sent) => {
    expect(applied(sent, written)).toBe(sent);
  });

  it.each<[string, object]>([
    ["empty steps", { do: "drop", path: "a..b" }],
    ["endless paths", { do: "drop", path: Array(17).fill("a").join(".") }],
    ["items by themselves", { do: "drop", path: "products.*" }],
    ["a path within the other", { do: "rename", from: "a", to: "a.b" }],
    ["the same path twice", { do: "rename", from: "a", to: "a" }],
    ["stars at different places", { do: "rename", from: "a.*.b", to: "c.*.b" }],
    ["a star on one side", { do: "rename", from: "a.*.b", to: "b" }],
    ["large values", { do: "set", path: "a", value: "x".repeat(1_000) }],
    ["misspelt members", { do: "set", path: "a", value: 1, ifabsent: true }],
    ["unknown casts", { do: "cast", path: "a", to: "int" }],
    ["unknown deeds", { do: "eval", path: "a" }],
  ])("may not have %s", (_what, written) => {
    expect(RecoveryRule.safeParse(written).success).toBe(false);
  });
});

const step = fc.constantFrom("a", "b", "c", "0", "1", "__proto__", "constructor", "prototype", "*");
const path = fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join("."));
const { value: json } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, 0, 1, 12.5, "1", "yes", "2026-11-02", ""),
    fc.array(tie("value"), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c", "0", "__proto__", "constructor", "*"), tie("value")), {
        maxLength: 4,
        selector: ([name]) => name,
      })
      .map((members): JsonObject => Object.fromEntries(members)),
  ),
}));
const written = fc.oneof(
  fc.record({ do: fc.constant("rename"), from: path, to: path }),
  fc.record({ do: fc.constant("cast"), path, to: fc.constantFrom("string", "number", "boolean", "time") }),
  fc.record({ do: fc.constant("drop"), path }),
  fc.record({ do: fc.constant("set"), path, value: json, ifAbsent: fc.boolean() }),
);
const anyRule = written.filter((one) => RecoveryRule.safeParse(one).success).map(rule);
const text = (value: Json): string => JSON.stringify(value);

describe("whatever is sent and whatever the rules", () => {
  it("dropping, casting and setting twice is doing it once", () => {
    const repeatable = anyRule.filter((one) => one.do !== "rename");
    fc.assert(
      fc.property(json, repeatable, (sent, one) => {
        const once = applyRules(sent, [one]);
        expect(applyRules(once, [one])).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  it("renaming where the place was free can be undone", () => {
    const names = fc.constantFrom("a", "b", "c", "__proto__", "constructor");
    fc.assert(
      fc.property(json, fc.array(names, { maxLength: 2 }), names, names, (sent, head, x, y) => {
        fc.pre(x !== y);
        const [from, to] = [[...head, x].join("."), [...head, y].join(".")];
        const there = rule({ do: "rename", from, to });
        const renamed = applyRules(sent, [there]);
        fc.pre(renamed !== sent);
        expect(sorted(applyRules(renamed, [rule({ do: "rename", from: to, to: from })]))).toBe(sorted(sent));
      }),
      { numRuns: 500 },
    );
  });

  it("renaming loses no value and makes none but null, which says nothing and may become an object", () => {
    const renames = anyRule.filter((one) => one.do === "rename");
    const leaves = (value: Json): readonly string[] =>
      typeof value === "object" && value !== null ? Object.values(value as JsonObject).flatMap(leaves) : [text(value)];
    fc.assert(
      fc.property(json, renames, (sent, one) => {
        const said = (value: Json): readonly string[] => leaves(value).filter((leaf) => leaf !== "null");
        expect([...said(applyRules(sent, [one]))].sort()).toEqual([...said(sent)].sort());
      }),
      { numRuns: 500 },
    );
  });

  it("what was sent is never changed itself, and no prototype is", () => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    fc.assert(
      fc.property(json, fc.array(anyRule, { maxLength: 5 }), (sent, rules) => {
        const was = text(sent);
        const mended = applyRules(sent, rules);
        expect(text(sent)).toBe(was);
        expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
        expect(({} as Record<string, unknown>).a).toBeUndefined();
        if (typeof mended === "object" && mended !== null && !Array.isArray(mended)) {
          expect(Object.getPrototypeOf(mended)).toBe(Object.prototype);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("a rule whose condition nothing meets changes nothing", () => {
    fc.assert(
      fc.property(json, anyRule, (sent, one) => {
        const where = { path: "a.b.c.a.b.c.a", equals: "nowhere" };
        expect(applyRules(sent, [{ ...one, where }])).toBe(sent);
      }),
    );
  });

  it("rules are taken in their order, twenty at most", () => {
    const steps = [
      { do: "rename", from: "a", to: "b" },
      { do: "cast", path: "b", to: "number" },
    ];
    expect(applied({ a: "7" }, ...steps)).toEqual({ b: 7 });
    expect(applied({ a: "7" }, ...steps.toReversed())).toEqual({ b: "7" });
    expect(RecoveryRules.safeParse(Array(21).fill(steps[0])).success).toBe(false);
  });
});

const sorted = (value: Json): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1)))
      : part,
  );
