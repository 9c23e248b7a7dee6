import { describe, expect, it } from "vitest";
import type { ResolvedCondition } from "./condition.ts";
import { viewsRead } from "./views-read.ts";

const NOW = Date.UTC(2026, 2, 30, 12);
const reads = (condition: ResolvedCondition) => viewsRead(condition, NOW);

describe("what a condition reads", () => {
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
});
