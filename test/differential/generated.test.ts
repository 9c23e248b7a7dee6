import { describe, expect, it } from "vitest";
import { readCondition } from "#core/segments/read-condition.ts";
import { generated } from "./generated.ts";

describe("what is generated for other engines", () => {
  it("is the same for the same seed, and as much as is asked for", () => {
    const made = generated(7, 90, 20);
    expect(generated(7, 90, 20)).toEqual(made);
    expect(generated(8, 90, 20)).not.toEqual(made);
    expect(new Set(made.conditions.map((each) => JSON.stringify(each))).size).toBe(90);
    expect(made.conditions.filter((each) => "sequence" in each).length).toBeGreaterThanOrEqual(30);
    expect(made.world.rows.events_log.length).toBeGreaterThan(20);
  });

  it("is conditions that a reader takes", () => {
    for (const each of generated(7, 90, 20).conditions) expect(readCondition(each)).toEqual(each);
  });
});
