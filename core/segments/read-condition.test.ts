import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRejection } from "#core/kernel/rejection.ts";
import { Condition } from "./condition.ts";
import { readCondition } from "./read-condition.ts";
import { readSegmentDefinition } from "./segment-definition.ts";
import { segmentJsonSchema } from "./segment-json-schema.ts";

const refusal = (sent: unknown): string => {
  const read = readCondition(sent);
  return isRejection(read) ? `${read.code} ${read.message}` : "accepted";
};
const nested = (depth: number): unknown => (depth === 0 ? { trait: "a", exists: true } : { not: nested(depth - 1) });

describe("a condition from outside", () => {
  it.each([
    { trait: "plan", eq: "pro" },
    { trait: "address.city", in: ["Paris", "Lyon"] },
    { not: { consent: "marketing", is: "granted" } },
    { event: "Order Completed", within: { last: "90d" }, count: { gte: 2 } },
    { event: { any: ["A", "B"] }, where: [{ property: "x.0.y", between: [1, 2] }], sum: { of: "revenue", gte: 100 } },
    { event: "A", within: { from: "2026-01-01", to: "2026-02-01", zone: "Europe/Paris" }, last: { inLast: "7d" } },
    { all: [{ segment: "vip" }, { any: [{ computed: "ltv", gt: 5 }, { list: "Easter 2026" }] }] },
    { sequence: [{ event: "A" }, { event: "A" }] },
    {
      sequence: [
        { event: "A", where: [{ property: "x", eq: 1 }] },
        { event: { any: ["B", "C"] }, after: { atLeast: "48h", atMost: "2d" } },
        { event: "D", after: { atMost: "1w" } },
      ],
      without: { event: "E", where: [{ property: "y", exists: true }] },
      within: { last: "30d", zone: "Europe/Paris" },
    },
  ])("is taken as it is: %j", (sent) => {
    expect(readCondition(sent)).toEqual(sent);
    expect(Condition.safeParse(sent).success).toBe(true);
  });

  it.each([
    [5, "segment.bad_condition a condition is a JSON object"],
    [
      {},
      "segment.bad_condition exactly one of all, any, not, trait, computed, consent, segment, list, event, sequence is wanted",
    ],
    [{ all: [] }, "segment.bad_condition all: a list of 1 to 50 conditions is wanted"],
    [{ all: [{ trait: "x", eq: [1] }] }, "segment.bad_condition all.0.eq: text, a number, true or false is wanted"],
    [{ not: { trait: "x", eq: 1 }, any: [] }, "segment.bad_condition exactly one of"],
    [{ not: { trait: "x", eq: 1 }, x: 1 }, 'segment.bad_condition beside "not" nothing stands; "x" does'],
    [{ trait: "x" }, "segment.bad_condition exactly one test is wanted"],
    [{ trait: "x", eq: 1, ne: 2 }, "segment.bad_condition exactly one test is wanted"],
    [{ trait: "x", eq: "a\0b" }, "segment.bad_condition eq: text"],
    [{ trait: "x", eq: "\ud83d" }, "segment.bad_condition eq: text"],
    [{ trait: "a..b", exists: true }, "segment.bad_condition trait: steps with dots"],
    [{ trait: "a.01", exists: true }, "segment.bad_condition trait: places count from 0"],
    [{ trait: "x", between: [2, 1] }, "segment.bad_condition between: the lower bound comes first"],
    [{ trait: "x", before: "yesterday" }, "segment.bad_condition before: a date looks like"],
    [{ trait: "x", before: "2026-02-30" }, "segment.bad_condition before: a date looks like"],
    [{ trait: "x", gt: Number.POSITIVE_INFINITY }, "segment.bad_condition gt:"],
    [{ event: "A", within: { last: "0d" } }, "segment.bad_condition within: a window looks like"],
    [{ event: "A", within: { last: "4000d" } }, "segment.bad_condition within: a window looks like"],
    [
      { event: "A", within: { last: "1d", zone: "Europe/Atlantis" } },
      "segment.bad_condition within: a window looks like",
    ],
    [{ event: "A", count: { gte: 1 }, sum: { of: "x", gte: 1 } }, "segment.bad_condition at most one measure"],
    [{ event: "A", count: { eq: "1" } }, "segment.bad_condition count.eq:"],
    [{ event: "A", first: { gt: 1 } }, "segment.bad_condition first:"],
    [{ list: "" }, "segment.bad_condition list:"],
    [{ list: "x", is: true }, 'segment.bad_condition Unrecognized key: "is"'],
    [{ computed: "a..b", gt: 1 }, "segment.bad_condition computed: steps with dots"],
    [{ sequence: [{ event: "A" }] }, "segment.bad_condition sequence: a sequence has 2 to 8 steps"],
    [{ sequence: Array(9).fill({ event: "A" }) }, "segment.bad_condition sequence: a sequence has 2 to 8 steps"],
    [{ sequence: [{ event: "A" }, { trait: "x", eq: 1 }] }, "segment.bad_condition sequence.1.event:"],
    [
      { sequence: [{ event: "A" }, { event: "B", count: { gte: 2 } }] },
      "segment.bad_condition sequence.1: Unrecognized",
    ],
    [
      { sequence: [{ event: "A", after: { atMost: "1d" } }, { event: "B" }] },
      "segment.bad_condition sequence.0.after: nothing comes before the first step",
    ],
    [
      { sequence: [{ event: "A" }, { event: "B", after: {} }] },
      "segment.bad_condition sequence.1.after: `after` has `atLeast`, `atMost` or both",
    ],
    [
      { sequence: [{ event: "A" }, { event: "B", after: { atLeast: "2d", atMost: "47h" } }] },
      "segment.bad_condition sequence.1.after: `atLeast` may not be longer than `atMost`",
    ],
    [
      { sequence: [{ event: "A" }, { event: "B" }], without: { event: "C", after: { atMost: "1d" } } },
      "segment.bad_condition without: Unrecognized key",
    ],
    [
      { sequence: [{ event: "A" }, { event: "B" }], within: { last: "soon" } },
      "segment.bad_condition within: a window looks like",
    ],
    [{ all: Array(26).fill({ sequence: Array(8).fill({ event: "A" }) }) }, "segment.too_large all.24: "],
    [nested(10), "segment.too_deep"],
    [{ all: Array(50).fill({ all: Array(4).fill({ trait: "a", exists: true }) }) }, "segment.too_large"],
  ])("is refused with its place: %j", (sent, beginning) => {
    expect(refusal(sent).slice(0, beginning.length)).toBe(beginning);
  });

  it("may nest up to the limit", () => {
    expect(refusal(nested(9))).toBe("accepted");
  });

  it("never makes the reader throw, whatever it is, and is taken only if the schema takes it", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything(),
          fc.json().map((text): unknown => JSON.parse(text)),
        ),
        (sent) => {
          if (!isRejection(readCondition(sent))) expect(Condition.safeParse(sent).success).toBe(true);
        },
      ),
    );
  });

  it("is refused, not followed, where it is bottomless", () => {
    expect(refusal(nested(5_000))).toMatch(/^segment.too_deep/);
  });
});

describe("a definition from outside", () => {
  const condition = { trait: "plan", eq: "pro" };

  it("has a name and a condition", () => {
    expect(readSegmentDefinition({ name: " Pros ", condition })).toEqual({ name: "Pros", condition });
  });

  it.each([
    [null, "segment.bad_definition a segment is a JSON object"],
    [{ condition }, "segment.bad_definition name:"],
    [{ name: "", condition }, "segment.bad_definition name:"],
    [{ name: "x", condition, owner: 1 }, "segment.bad_definition : Unrecognized key"],
    [{ name: "x", condition: { any: [{ trait: "a" }] } }, "segment.bad_condition condition.any.0: exactly one test"],
    [{ name: "x" }, "segment.bad_condition condition"],
  ])("is refused with its place: %j", (sent, beginning) => {
    const read = readSegmentDefinition(sent);
    expect(isRejection(read) ? `${read.code} ${read.message}`.slice(0, beginning.length) : "accepted").toBe(beginning);
  });

  it("is published as JSON Schema that says exactly one test", () => {
    const text = JSON.stringify(segmentJsonSchema());
    expect(text).toContain('"$ref":"#/$defs/Condition"');
    expect(text).toContain('"maxProperties":2');
    expect(text).not.toContain("readOnly");
  });
});
