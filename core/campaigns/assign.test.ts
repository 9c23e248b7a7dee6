import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { identifierKey } from "#core/kernel/identifier.ts";
import { profileIdOf } from "#core/profiles/profile-id.ts";
import { assign } from "./assign.ts";
import { Campaign } from "./campaign.ts";

const template = { subject: "x", text: "x" };

const campaign = (over: object = {}): Campaign =>
  Campaign.parse({
    name: "Spring",
    segmentId: "buyers",
    channel: "email",
    purpose: "marketing",
    treatments: [{ name: "a", template }],
    ...over,
  });

const ids = (count: number, salt = ""): readonly string[] =>
  Array.from({ length: count }, (_, at) => profileIdOf(identifierKey({ type: "user_id", value: `${salt}${at}` })));

const heldOut = (id: string, of: Campaign, members: readonly string[]): ReadonlySet<string> =>
  new Set(members.filter((member) => assign(id, of, member).kind === "held_out"));

/** Five standard deviations of a binomial share: chance alone goes past it less than once in a million. */
const within = (share: number, n: number): number => 5 * Math.sqrt((share * (1 - share)) / n) + 1e-12;

describe("the draw", () => {
  it("holds out the share it is told, of any people", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.string(), fc.constantFrom("", "x", "y"), (percent, id, of) => {
        const members = ids(4_000, of);
        const share = heldOut(id, campaign({ holdoutPercent: percent }), members).size / members.length;
        expect(Math.abs(share - percent / 100)).toBeLessThanOrEqual(within(percent / 100, members.length));
      }),
      { numRuns: 40 },
    );
  });

  it("falls the same way every time, whoever else is asked about and whatever else the campaign says", () => {
    const members = ids(500);
    const all = heldOut("spring", campaign({ holdoutPercent: 30 }), members);
    const reworded = campaign({ holdoutPercent: 30, name: "Summer", treatments: [{ name: "z", template }] });
    expect(heldOut("spring", reworded, [...members].reverse())).toEqual(all);
  });

  it("keeps those held out when more are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (one, other) => {
        const members = ids(300);
        const few = heldOut("spring", campaign({ holdoutPercent: Math.min(one, other) }), members);
        expect(few.isSubsetOf(heldOut("spring", campaign({ holdoutPercent: Math.max(one, other) }), members))).toBe(
          true,
        );
      }),
    );
  });

  it("is another draw for another campaign, unless both have the same salt", () => {
    const members = ids(2_000);
    const [a, b] = ["spring", "summer"].map((id) => heldOut(id, campaign({ holdoutPercent: 50 }), members));
    const both = a?.intersection(b ?? new Set()).size ?? 0;
    expect(Math.abs(both / members.length - 0.25)).toBeLessThanOrEqual(within(0.25, members.length));
    const salted = campaign({ holdoutPercent: 50, salt: "everywhere" });
    expect(heldOut("spring", salted, members)).toEqual(heldOut("summer", salted, members));
  });

  it("shares treatments by their weights, whether or not somebody is held out", () => {
    const weights = [1, 3, 6];
    const treatments = weights.map((weight, at) => ({ name: `t${at}`, weight, template }));
    const counts = new Map<string, number>();
    let treated = 0;
    const compared = campaign({ treatments, holdoutPercent: 50 });
    for (const member of ids(12_000)) {
      const drawn = assign("spring", compared, member);
      if (drawn.kind === "held_out") continue;
      treated += 1;
      counts.set(drawn.treatment.name, (counts.get(drawn.treatment.name) ?? 0) + 1);
    }
    weights.forEach((weight, at) => {
      const share = (counts.get(`t${at}`) ?? 0) / treated;
      expect(Math.abs(share - weight / 10)).toBeLessThanOrEqual(within(weight / 10, treated));
    });
  });
});
