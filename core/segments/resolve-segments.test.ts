import { describe, expect, it } from "vitest";
import type { Condition } from "./condition.ts";
import { resolveSegments, segmentsIn } from "./resolve-segments.ts";

const pro: Condition = { trait: "plan", eq: "pro" };
const finding =
  (segments: Readonly<Record<string, Condition>>) =>
  (id: string): Condition | undefined =>
    segments[id];

describe("a segment within a segment", () => {
  it("is written out, at any depth", () => {
    const find = finding({ a: { all: [{ segment: "b" }, pro] }, b: { not: { segment: "c" } }, c: pro });
    expect(resolveSegments({ any: [{ segment: "a" }, { segment: "c" }] }, find)).toEqual({
      any: [{ all: [{ not: pro }, pro] }, pro],
    });
  });

  it("may not lead back to itself, and the way is shown", () => {
    const find = finding({ a: { not: { segment: "b" } }, b: { any: [pro, { segment: "c" }] }, c: { segment: "b" } });
    expect(resolveSegments({ segment: "a" }, find)).toMatchObject({
      code: "segment.cycle",
      message: "a segment cannot be part of itself: b → c → b",
    });
  });

  it("may be named twice without being a cycle", () => {
    expect(resolveSegments({ all: [{ segment: "a" }, { segment: "a" }] }, finding({ a: pro }))).toEqual({
      all: [pro, pro],
    });
  });

  it("must be there", () => {
    expect(resolveSegments({ segment: "a" }, finding({ a: { segment: "gone" } }))).toMatchObject({
      code: "segment.unknown_segment",
      message: "there is no segment a → gone",
    });
  });

  it("does not grow without bound", () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [
        `s${at}`,
        { all: [{ segment: `s${at + 1}` }, { segment: `s${at + 1}` }] },
      ]),
    );
    expect(resolveSegments({ segment: "s0" }, finding({ ...doubling, s30: pro }))).toMatchObject({
      code: "segment.too_large",
    });
  });

  it("is known by its id", () => {
    expect([
      ...segmentsIn({ all: [{ segment: "a" }, { not: { any: [{ segment: "b" }, { segment: "a" }] } }, pro] }),
    ]).toEqual(["a", "b"]);
  });
});
