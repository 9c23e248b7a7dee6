import { describe, expect, it } from "vitest";
import type { Defined } from "#core/kernel/ports.ts";
import type { SegmentDefinition } from "./segment-definition.ts";
import { segmentsDue } from "./segments-due.ts";
import { NO_SNAPSHOT, type SnapshotState } from "./snapshot-state.ts";

const NOW = Date.UTC(2026, 10, 2, 10);
const defined = <T>(id: string, definition: T): Defined<T> => ({ id, version: 1, updatedAt: NOW, definition });
const segment = (id: string, archived?: true) =>
  defined<SegmentDefinition>(id, {
    name: id,
    condition: { trait: "plan", eq: "pro" },
    ...(archived === undefined ? {} : { archived }),
  });
const taken = { runId: "r", definitionVersion: 1, snapshot: "r.1" };
const committed = (now: number, members = 5): SnapshotState => ({
  ...NO_SNAPSHOT,
  committed: { ...taken, now, members },
});
const telling: SnapshotState = {
  ...committed(NOW),
  telling: { ...taken, now: NOW, after: null, members: 0, entered: 0, left: 0 },
};

describe("segments due", () => {
  it("are those in use that were not evaluated since, or not to the end", () => {
    const segments = ["fresh", "old", "never", "halfway"].map((id) => segment(id));
    const states = [defined("fresh", committed(NOW)), defined("old", committed(NOW - 1)), defined("halfway", telling)];
    expect(segmentsDue(segments, states, NOW - 1)).toEqual(["old", "never", "halfway"]);
  });

  it("are those archived or gone in which somebody still is, once", () => {
    const states = [
      defined("archived", committed(NOW)),
      defined("gone", committed(NOW)),
      defined("empty", committed(NOW, 0)),
    ];
    expect(segmentsDue([segment("archived", true), segment("new", true)], states, NOW)).toEqual(["archived", "gone"]);
  });
});
