import { describe, expect, it } from "vitest";
import { defaultIdentityRules, IdentityRules } from "#core/identity/identity-rules.ts";
import { assertLink, type LinkClaim } from "#core/identity/link.ts";
import { type Identifier, identifierKey, parseIdentifier } from "#core/kernel/identifier.ts";
import type { Component } from "./component.ts";
import { explain } from "./explain.ts";
import type { Explanation } from "./explanation.ts";
import { profileGroupsOf } from "./profiles-of.ts";

const named = (text: string): Identifier => parseIdentifier(text) as Identifier;

type Claim = readonly [a: string, b: string, claim?: Partial<LinkClaim>];

/** A component of these claims, the first identifier the eldest, and how it explains the profile of one of them. */
function explained(
  of: string,
  claims: readonly Claim[],
  { rules = defaultIdentityRules, retract = [] as readonly number[] } = {},
): Explanation {
  const links = claims.map(([a, b, claim], at) =>
    assertLink({
      between: [named(a), named(b)],
      class: "deterministic",
      verdict: "same",
      source: "shop",
      trust: "server",
      at: { at: at * 1000, by: "e" },
      ...claim,
    }),
  );
  const names = new Set<string>();
  for (const [a, b] of claims) names.add(a).add(b);
  const identifiers = [...names].map(named);
  const component: Component = {
    members: new Map(
      identifiers.map((identifier, at) => [identifierKey(identifier), { identifier, firstSeen: at, lastSeen: at }]),
    ),
    links: new Map(links.map((link) => [link.id, link])),
    retracted: new Map(retract.flatMap((position) => (links[position] ? [[links[position].id, {}]] : []))),
  };
  const key = identifierKey(named(of));
  const group = profileGroupsOf(component, rules).find(({ members }) => members.some(([member]) => member === key));
  if (group === undefined) throw new Error("no group holds the identifier");
  return explain({ group, component, version: 3 }, rules);
}

const states = ({ links }: Explanation) => links.map(({ state, refusal }) => [state, refusal]);

describe("an explanation", () => {
  it("names who said what, and when, of each link that holds", () => {
    const told = explained("user_id:u", [["email:a@b.c", "user_id:u"]]);
    expect(told.links).toMatchObject([
      {
        a: { type: "user_id", value: "u" },
        b: { type: "email", value: "a@b.c" },
        state: "live",
        refusal: null,
        source: "shop",
        at: "1970-01-01T00:00:00.000Z",
        because: "An event from shop carried both, which makes them one person: user_id:u and email:a@b.c.",
      },
    ]);
    expect(
      told.identifiers.map(({ type }) => type),
      "the eldest first",
    ).toEqual(["email", "user_id"]);
    expect(told.profileId).toBe(`p_${identifierKey(named("email:a@b.c"))}`);
    expect(told.apart).toEqual([]);
  });

  it("says which rule a refused link would break, and whom it leads to", () => {
    const shared: readonly Claim[] = [
      ["user_id:u", "device_id:d"],
      ["user_id:v", "device_id:d"],
    ];
    const told = explained("user_id:v", shared);
    expect(states(told)).toEqual([["refused", "limit"]]);
    expect(told.links[0]?.because).toContain("at most 1 user_id");
    expect(told.apart.map(({ identifiers }) => identifiers.length)).toEqual([2]);
    expect(states(explained("user_id:u", shared)), "both sides show it").toEqual([
      ["live", null],
      ["refused", "limit"],
    ]);
  });

  it("tells a browser's proposal, a person's veto and a shared device apart", () => {
    const rules = IdentityRules.parse({ limits: { user_id: 2 }, sharedAbove: 1 });
    const browser: readonly Claim[] = [["user_id:u", "user_id:v", { trust: "browser" }]];
    expect(states(explained("user_id:u", browser, { rules }))).toEqual([["refused", "untrusted"]]);
    const human = { class: "human", verdict: "different", source: "chloe" } as const;
    const veto: readonly Claim[] = [
      ["user_id:u", "email:a@b.c"],
      ["user_id:u", "email:a@b.c", human],
    ];
    const told = explained("user_id:u", veto);
    expect(states(told)).toEqual([
      ["refused", "different"],
      ["live", null],
    ]);
    expect(told.links[1]?.because).toBe("chloe decided that these are two people: user_id:u and email:a@b.c.");
    const kiosk: readonly Claim[] = [
      ["user_id:u", "device_id:d"],
      ["user_id:v", "device_id:d"],
    ];
    const device = explained("device_id:d", kiosk, { rules });
    expect(states(device)).toEqual([
      ["refused", "shared"],
      ["refused", "shared"],
    ]);
    expect(device.identifiers).toMatchObject([{ shared: true }]);
  });

  it("shows what was taken back as taken back, whatever rule it might break", () => {
    const told = explained("user_id:u", [["user_id:u", "email:a@b.c"]], { retract: [0] });
    expect(states(told)).toEqual([["retracted", null]]);
    expect(told.links[0]?.because).toContain("taken back");
  });

  it("counts a refused link as live where others brought its ends together", () => {
    const rules = IdentityRules.parse({ limits: { user_id: 2 } });
    const both: readonly Claim[] = [
      ["user_id:u", "user_id:v", { trust: "browser" }],
      ["user_id:u", "user_id:v", { source: "crm", at: { at: 9, by: "z" } }],
    ];
    expect(states(explained("user_id:u", both, { rules }))).toEqual([
      ["live", null],
      ["live", null],
    ]);
  });
});
