import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Gate } from "./gate.ts";
import { LARGE_BYTES } from "./server-limits.ts";
import type { LetGo, Visit } from "./visit.ts";

const KIB = 1024;
const limits = { heldBytes: 2_000 * KIB, largeHeldBytes: 1_000 * KIB, requests: 5 };
const slowest = { afterMs: 5_000, bytesPerSecond: 1_024 };

function world() {
  let now = 0;
  const gate = new Gate(limits, slowest, () => now);
  const letGo: [name: string, why: LetGo][] = [];
  const admit = (name: string, bytes = 0): Visit | undefined => {
    const visit = gate.admit(bytes);
    if (visit !== undefined) visit.onLetGo = (why) => void letGo.push([name, why]);
    return visit;
  };
  const pass = (ms: number): void => {
    now += ms;
  };
  return { gate, letGo, admit, pass };
}

describe("a gate", () => {
  it("lets in so many, and another for each that leaves", () => {
    const { admit } = world();
    const visits = ["a", "b", "c", "d", "e"].map((name) => admit(name));
    expect(admit("f")).toBeUndefined();
    visits[2]?.leave();
    visits[2]?.leave();
    expect(admit("f")).toBeDefined();
    expect(admit("g")).toBeUndefined();
  });

  it("holds so much and no more, and counts pieces beside their bytes", () => {
    const { admit } = world();
    const visits = Array.from({ length: 4 }, (_, nth) => admit(String(nth)));
    for (const visit of visits) expect(visit?.holds(499 * KIB)).toBe(true);
    const last = admit("last");
    expect(last?.holds(4 * KIB)).toBe(false);
    let pieces = 0;
    while (pieces < 100_000 && last?.holds(1)) pieces++;
    expect(pieces).toBeLessThan(16);
    visits[0]?.leave();
    expect(last?.holds(400 * KIB)).toBe(true);
  });

  it("does not begin with what it has no room for", () => {
    const { admit } = world();
    admit("a")?.holds(500 * KIB);
    expect(admit("b", 1_600 * KIB)).toBeUndefined();
    expect(admit("b", 400 * KIB)).toBeDefined();
  });

  it("keeps room for batches from what is too large to be one", () => {
    const { admit } = world();
    const [one, two] = [admit("one"), admit("two")];
    expect(one?.holds(LARGE_BYTES)).toBe(true);
    expect(two?.holds(400 * KIB)).toBe(true);
    // Together they would be too large for large ones: what the second has already counts from when it becomes one.
    expect(two?.holds(200 * KIB)).toBe(false);
    expect(admit("three", 600 * KIB)).toBeUndefined();
    expect(admit("three", 500 * KIB)).toBeDefined();
    one?.leave();
    expect(two?.holds(200 * KIB)).toBe(true);
  });

  it("has those make way who have been sending the longest, if that is long", () => {
    const { admit, pass, letGo } = world();
    const first = admit("first");
    admit("second");
    pass(1_999);
    for (const name of ["c", "d", "e"]) admit(name);
    expect(admit("f")).toBeUndefined();
    pass(1);
    expect(admit("f")).toBeDefined();
    expect(letGo).toEqual([["first", "overloaded"]]);
    expect(first?.holds(1)).toBe(false);
    first?.leave();
    expect(admit("g")).toBeDefined();
    expect(admit("h")).toBeUndefined();
    expect(letGo.map(([name]) => name)).toEqual(["first", "second"]);
  });

  it("has nobody make way whose body is all there", () => {
    const { admit, pass, letGo } = world();
    for (const name of ["a", "b", "c", "d", "e"]) admit(name)?.received();
    pass(60_000);
    expect(admit("f")).toBeUndefined();
    expect(letGo).toEqual([]);
  });

  it("makes room for a piece, but not from who brings it", () => {
    const { admit, pass, letGo } = world();
    const slow = ["a", "b", "c", "d"].map((name) => admit(name));
    for (const visit of slow) visit?.holds(490 * KIB);
    pass(3_000);
    const fresh = admit("fresh");
    expect(fresh?.holds(100 * KIB)).toBe(true);
    expect(letGo).toEqual([["a", "overloaded"]]);
    expect(slow[1]?.holds(1_600 * KIB)).toBe(false);
  });

  it("lets those go that are slower than anybody has to be", () => {
    const { gate, admit, pass, letGo } = world();
    const [trickling, steady] = [admit("trickling"), admit("steady")];
    admit("answered")?.received();
    for (let second = 0; second < 5; second++) {
      pass(1_000);
      trickling?.holds(1_000);
      steady?.holds(1_100);
      gate.sweep();
    }
    pass(1);
    gate.sweep();
    expect(letGo).toEqual([["trickling", "too_slow"]]);
  });

  it("never holds more than it may, and has all of it back in the end", () => {
    const step = fc.record({ who: fc.nat(7), bytes: fc.nat(900 * KIB), ms: fc.nat(1_500), leaves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { admit, pass } = world();
        const held = new Map<number, { visit: Visit; bytes: number }>();
        for (const { who, bytes, ms, leaves } of steps) {
          pass(ms);
          const one = held.get(who);
          if (one === undefined) {
            const visit = admit(String(who));
            if (visit === undefined) continue;
            held.set(who, { visit, bytes: 0 });
            visit.onLetGo = () => held.delete(who);
          } else if (leaves) {
            one.visit.leave();
            held.delete(who);
          } else if (one.visit.holds(bytes)) one.bytes += bytes;
          const all = [...held.values()].map((each) => each.bytes);
          expect(all.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(limits.heldBytes);
          const large = all.filter((each) => each > LARGE_BYTES).reduce((sum, each) => sum + each, 0);
          expect(large).toBeLessThanOrEqual(limits.largeHeldBytes);
          expect(held.size).toBeLessThanOrEqual(limits.requests);
        }
        for (const { visit } of held.values()) visit.leave();
        expect(admit("all", limits.largeHeldBytes)).toBeDefined();
        expect(Array.from({ length: 4 }, () => admit("x")).every((visit) => visit !== undefined)).toBe(true);
      }),
    );
  });
});
