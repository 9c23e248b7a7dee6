import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR } from "#core/kernel/time.ts";
import type { SequenceCondition } from "./condition.ts";
import { matches } from "./matches.ts";
import type { Person } from "./person.ts";
import { readCondition } from "./read-condition.ts";
import { type ChainStep, sequencePasses } from "./sequence-passes.ts";

const NOW = Date.UTC(2026, 2, 30);

/** `[name, hours ago]`. */
const did = (...events: readonly (readonly [string, number])[]): Person => ({
  traits: {},
  computed: {},
  lists: new Set(),
  consent: {},
  events: events.map(([name, ago]) => ({ name, at: NOW - ago * HOUR, properties: { ago } })),
});
const meant = (condition: SequenceCondition, person: Person): boolean => {
  expect(readCondition(condition)).toEqual(condition);
  return matches(condition, person, NOW);
};

describe("a sequence", () => {
  it("is in the order of time, whatever the order of the events at hand", () => {
    const asked: SequenceCondition = { sequence: [{ event: "A" }, { event: "B" }] };
    expect(meant(asked, did(["B", 1], ["A", 2]))).toBe(true);
    expect(meant(asked, did(["A", 1], ["B", 2]))).toBe(false);
  });

  it("takes each event for one step, and events of one instant for no sequence", () => {
    const twice: SequenceCondition = { sequence: [{ event: "A" }, { event: "A" }] };
    expect(meant(twice, did(["A", 1]))).toBe(false);
    expect(meant(twice, did(["A", 1], ["A", 1]))).toBe(false);
    expect(meant(twice, did(["A", 2], ["A", 1]))).toBe(true);
    expect(meant({ sequence: [{ event: "A" }, { event: "B" }] }, did(["A", 1], ["B", 1]))).toBe(false);
  });

  it("holds gaps at both ends, both included", () => {
    const asked: SequenceCondition = {
      sequence: [{ event: "A" }, { event: "B", after: { atLeast: "1h", atMost: "1d" } }],
    };
    for (const [hours, passes] of [
      [0.99, false],
      [1, true],
      [24, true],
      [24.01, false],
    ] as const) {
      expect([hours, meant(asked, did(["A", 30], ["B", 30 - hours]))]).toEqual([hours, passes]);
    }
  });

  it("is found where taking the first event that fits, or the last, would miss it", () => {
    const gap = { atLeast: "2h", atMost: "3h" } as const;
    const asked: SequenceCondition = {
      sequence: [{ event: "A" }, { event: "B", after: gap }, { event: "C", after: gap }],
    };
    // Of three B only the one in the middle leaves C its gap, and only the second A leaves B its own.
    expect(meant(asked, did(["A", 13], ["A", 10.5], ["A", 9], ["B", 10.3], ["B", 8], ["B", 7], ["C", 5.5]))).toBe(true);
    expect(meant(asked, did(["A", 13], ["A", 9], ["B", 10.3], ["B", 8], ["B", 7], ["C", 5.5]))).toBe(false);
  });

  it("has nothing of what it is without between its first event and its last, those instants not counted", () => {
    const asked: SequenceCondition = {
      sequence: [{ event: "A" }, { event: "B" }, { event: "C" }],
      without: { event: "X", where: [{ property: "ago", lt: 100 }] },
    };
    expect(meant(asked, did(["A", 9], ["B", 6], ["C", 3]))).toBe(true);
    for (const ago of [8, 6, 4]) expect(meant(asked, did(["A", 9], ["B", 6], ["C", 3], ["X", ago]))).toBe(false);
    for (const ago of [10, 9, 3, 2]) expect(meant(asked, did(["A", 9], ["B", 6], ["C", 3], ["X", ago]))).toBe(true);
    expect(meant(asked, did(["A", 200], ["B", 6], ["C", 3], ["X", 150]))).toBe(true);
    // Another choice of first event will do.
    expect(meant(asked, did(["A", 9], ["X", 8], ["A", 7], ["B", 6], ["C", 3]))).toBe(true);
  });

  it("lies within its window from the first event to the last", () => {
    const asked: SequenceCondition = { sequence: [{ event: "A" }, { event: "B" }], within: { last: "1d" } };
    expect(meant(asked, did(["A", 25], ["B", 1]))).toBe(false);
    expect(meant(asked, did(["A", 23.9], ["B", 0]))).toBe(true);
    expect(meant(asked, did(["A", 2], ["B", -0.01]))).toBe(false);
  });

  const times = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 });
  const step = fc.record({
    times,
    least: fc.integer({ min: 1, max: 4 }),
    most: fc.option(fc.integer({ min: 4, max: 7 }), { nil: undefined }),
  });
  /** Tries every choice there is. */
  const tried = (steps: readonly ChainStep[], without: readonly number[], chosen: readonly number[] = []): boolean => {
    const [first, ...others] = steps;
    const [begin = 0, end = 0] = [chosen[0], chosen.at(-1)];
    if (first === undefined) return !without.some((at) => at > begin && at < end);
    return first.times.some((at) => {
      const gap = at - end;
      const fits = chosen.length === 0 || (gap >= first.least && gap <= (first.most ?? Number.POSITIVE_INFINITY));
      return fits && tried(others, without, [...chosen, at]);
    });
  };

  it("is found if and only if trying every choice finds it", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), times, (steps, without) => {
        expect(sequencePasses(steps, without)).toBe(tried(steps, without));
      }),
      { numRuns: 2_000 },
    );
  });

  it("of eight steps over a hundred thousand events takes no more than a look at each", () => {
    const many = Array.from({ length: 100_000 }, (_, at) => at);
    const steps = Array.from({ length: 8 }, () => ({ times: many, least: 1, most: DAY }));
    expect(sequencePasses(steps, [])).toBe(true);
    expect(sequencePasses(steps.with(7, { times: [6], least: 1, most: DAY }), [])).toBe(false);
    expect(sequencePasses(steps.with(7, { times: [7], least: 1, most: DAY }), [])).toBe(true);
  });
});
