import { expect, it } from "vitest";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { computedIn, isRealtime } from "./dependencies.ts";

it.each<[ResolvedCondition, boolean]>([
  [{ trait: "plan", eq: "pro" }, true],
  [{ consent: "news", is: "granted" }, true],
  [{ event: "A", within: { last: "30d" }, count: { gte: 3 } }, true],
  [{ event: "A", last: { inLast: "1d" } }, true],
  [{ sequence: [{ event: "A" }, { event: "B" }], without: { event: "C" } }, true],
  [{ event: "A", where: [{ property: "sku", eq: "x" }] }, false],
  [{ event: "A", distinct: { of: "sku", gte: 3 } }, false],
  [{ sequence: [{ event: "A" }, { event: "B", where: [{ property: "sku", eq: "x" }] }] }, false],
  [{ computed: "spent", gte: 20 }, true],
  [{ all: [{ trait: "plan", eq: "pro" }, { not: { list: "vip" } }] }, true],
  [
    {
      any: [
        { computed: "spent", gte: 20 },
        { event: "A", where: [{ property: "sku", eq: "x" }] },
      ],
    },
    false,
  ],
])("says whether a change of a profile decides it: %j", (condition, expected) => {
  expect(isRealtime(condition)).toBe(expected);
});

it("says by which computed traits it goes", () => {
  const spent: ResolvedCondition = { computed: "spent", gte: 20 };
  const others: ResolvedCondition = { any: [{ computed: "rfm_r", lte: 2 }, { not: spent }, { list: "vip" }] };
  expect(computedIn({ all: [spent, { trait: "computed spent", eq: "x" }, others] })).toEqual(["rfm_r", "spent"]);
  expect(computedIn({ list: "vip" })).toEqual([]);
});
