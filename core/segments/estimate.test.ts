import { describe, expect, it } from "vitest";
import type { ResolvedCondition } from "./condition.ts";
import { estimate } from "./estimate.ts";

const NOW = Date.UTC(2026, 2, 30, 12);
const reads = (condition: ResolvedCondition) => estimate(condition, NOW).reads;

describe("the estimate of a condition", () => {
  it("names the columns that are read, and nothing where nothing is asked", () => {
    expect(reads({ trait: "plan", eq: "pro" })).toEqual([{ view: "profiles", columns: ["profile_id", "traits"] }]);
    expect(reads({ all: [{ list: "a" }, { not: { computed: "x", gt: 1 } }, { consent: "m", is: "granted" }] })).toEqual(
      [
        { view: "profiles", columns: ["profile_id", "consent"] },
        { view: "computed_traits", columns: ["profile_id", "computed"] },
        { view: "list_people", columns: ["list_id", "profile_id"] },
      ],
    );
  });

  it("says which events are read, and from which day on", () => {
    expect(reads({ event: "A", within: { last: "30d" }, count: { gte: 2 } })[1]).toEqual({
      view: "events",
      columns: ["profile_id", "event", "event_time", "dt"],
      names: ["A"],
      from: "2026-01-28",
    });
    expect(
      reads({
        any: [
          {
            sequence: [{ event: "A" }, { event: { any: ["B", "A"] } }],
            without: { event: "C" },
            within: { last: "1d" },
          },
          { event: "D", sum: { of: "x", gt: 1 } },
        ],
      })[1],
    ).toEqual({
      view: "events",
      columns: ["profile_id", "event", "event_time", "dt", "properties"],
      names: ["A", "B", "C", "D"],
    });
  });

  it.each<[ResolvedCondition, boolean]>([
    [{ event: "A", within: { last: "30d" } }, true],
    [{ event: "A", within: { from: "2026-01-01" } }, false],
    [{ not: { event: "A", last: { inLast: "1d" } } }, true],
    [{ event: "A", where: [{ property: "due", inNext: "7d" }] }, true],
    [{ sequence: [{ event: "A" }, { event: "B", where: [{ property: "at", inLast: "1d" }] }] }, true],
    [{ sequence: [{ event: "A" }, { event: "B", after: { atMost: "1d" } }] }, false],
    [{ trait: "born", inLast: "400d" }, true],
    [{ all: [{ trait: "born", before: "2000-01-01" }, { list: "x" }] }, false],
  ])("says whether time alone changes who is meant: %j", (condition, expected) => {
    expect(estimate(condition, NOW).drifts).toBe(expected);
  });

  it("says whether it can be decided when a profile changes", () => {
    expect(estimate({ trait: "plan", eq: "pro" }, NOW).realtime).toBe(true);
    expect(estimate({ event: "A", distinct: { of: "sku", gte: 3 } }, NOW).realtime).toBe(false);
  });
});
