import { expect, it } from "vitest";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { isRealtime } from "./dependencies.ts";

it.each<[ResolvedCondition, boolean]>([
  [{ trait: "plan", eq: "pro" }, true],
  [{ consent: "news", is: "granted" }, true],
  [{ event: "A", within: { last: "30d" }, count: { gte: 3 } }, true],
  [{ event: "A", last: { inLast: "1d" } }, true],
  [{ sequence: [{ event: "A" }, { event: "B" }], without: { event: "C" } }, true],
  [{ event: "A", where: [{ property: "sku", eq: "x" }] }, false],
  [{ event: "A", distinct: { of: "sku", gte: 3 } }, false],
  [{ sequence: [{ event: "A" }, { event: "B", where: [{ property: "sku", eq: "x" }] }] }, false],
  [{ computed: "spent", gte: 20 }, false],
  [{ all: [{ trait: "plan", eq: "pro" }, { not: { list: "vip" } }] }, false],
])("says whether a change of a profile decides it: %j", (condition, expected) => {
  expect(isRealtime(condition)).toBe(expected);
});
