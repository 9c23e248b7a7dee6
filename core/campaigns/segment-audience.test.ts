import { describe, expect, it } from "vitest";
import type { Defined } from "#core/kernel/ports.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { segmentAudience } from "./segment-audience.flow.ts";

const defined = (id: string, condition: SegmentDefinition["condition"]): Defined<SegmentDefinition> => ({
  id,
  version: 1,
  updatedAt: 0,
  definition: { name: id, condition },
});

const buyers = { trait: "buyer", eq: true } as const;

const audience = (asked: string[]) =>
  segmentAudience({
    segments: {
      list: async () => [
        defined("buyers", buyers),
        defined("again", { all: [{ segment: "buyers" }] }),
        defined("round", { segment: "round" }),
      ],
    },
    lake: {
      query: async (sql) => {
        asked.push(sql);
        return { columns: [{ name: "profile_id", type: "varchar" }], rows: [["p_b"], ["p_a"], [null]] };
      },
    },
    segmentSql: (condition, now) => JSON.stringify({ condition, now }),
  });

describe("a segment as an audience", () => {
  it("asks the lake for the condition at the instant, segments within it written out, and answers in text order", async () => {
    const asked: string[] = [];
    expect(await audience(asked).members("again", 7)).toEqual(["p_a", "p_b"]);
    expect(asked).toEqual([JSON.stringify({ condition: { all: [buyers] }, now: 7 })]);
  });

  it("asks nothing of a segment that is not there, or is part of itself", async () => {
    const asked: string[] = [];
    expect(await audience(asked).members("nobody", 7)).toMatchObject({ code: "campaign.unknown_segment" });
    expect(await audience(asked).members("round", 7)).toMatchObject({ code: "segment.cycle" });
    expect(asked).toEqual([]);
  });
});
