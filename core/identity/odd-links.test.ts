import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Identifier, identifierKey } from "#core/kernel/identifier.ts";
import { IdentityRules } from "./identity-rules.ts";
import { assertLink, type Link, type LinkClaim, type LinkId } from "./link.ts";
import { partition } from "./partition.ts";

const rules = IdentityRules.parse({ limits: { user_id: 1, email: 1 } });
const loose = IdentityRules.parse({ limits: {} });
const user = (value: string): Identifier => ({ type: "user_id", value });
const device = (value: string): Identifier => ({ type: "anonymous_id", value });
const email = (value: string): Identifier => ({ type: "email", value });

let said = 0;
const link = (x: Identifier, y: Identifier, claim: Partial<LinkClaim> = {}): Link =>
  assertLink({
    between: [x, y],
    class: "deterministic",
    verdict: "same",
    source: "web",
    trust: "server",
    at: { at: 1, by: `e${said++}` },
    ...claim,
  });
const human = (x: Identifier, y: Identifier, claim: Partial<LinkClaim> = {}): Link =>
  link(x, y, { class: "human", source: "chloe", ...claim });

/** Who is with whom, by value; each group and all of them in text order. */
function groups(
  of: readonly Identifier[],
  links: readonly Link[],
  { retracted = [], by = rules }: { readonly retracted?: readonly LinkId[]; readonly by?: IdentityRules } = {},
): readonly string[] {
  const names = new Map(of.map((identifier) => [identifierKey(identifier), identifier.value]));
  const identifiers = new Map(of.map((identifier) => [identifierKey(identifier), identifier]));
  return partition({ identifiers, links, retracted: new Set(retracted) }, by)
    .groups.map((group) =>
      group
        .map((key) => names.get(key))
        .sort()
        .join("+"),
    )
    .sort();
}

const [ana, bob, phone, tablet] = [user("ana"), user("bob"), device("phone"), device("tablet")];

describe("links that contradict each other", () => {
  it("leave two people where one said the same and another said different, whoever spoke last", () => {
    for (const [same, different] of [
      [1, 9],
      [9, 1],
      [5, 5],
    ] as const) {
      const links = [
        human(ana, phone, { at: { at: same, by: "x" } }),
        human(ana, phone, { verdict: "different", at: { at: different, by: "y" }, source: "zoe" }),
      ];
      expect(groups([ana, phone], links)).toEqual(["ana", "phone"]);
      expect(groups([ana, phone], links.toReversed())).toEqual(["ana", "phone"]);
    }
  });

  it("make one person again once whoever said different takes it back, and not before", () => {
    const same = human(ana, phone);
    const apart = human(ana, phone, { verdict: "different" });
    const other = human(ana, phone, { verdict: "different", source: "zoe" });
    expect(groups([ana, phone], [same, apart, other], { retracted: [apart.id] })).toEqual(["ana", "phone"]);
    expect(groups([ana, phone], [same, apart, other], { retracted: [apart.id, other.id] })).toEqual(["ana+phone"]);
  });

  it("obey a limit even where a person says otherwise, and say so", () => {
    const word = human(ana, bob);
    expect(groups([ana, bob], [word])).toEqual(["ana", "bob"]);
    const identifiers = new Map([ana, bob].map((each) => [identifierKey(each), each]));
    const { refused } = partition({ identifiers, links: [word], retracted: new Set() }, rules);
    expect([...refused]).toEqual([[word.id, "limit"]]);
  });

  it("let the earlier of two people's words stand where both cannot", () => {
    const all = [ana, bob, phone];
    const links = (first: number, second: number) => [
      human(ana, phone, { at: { at: first, by: "x" } }),
      human(bob, phone, { at: { at: second, by: "x" } }),
    ];
    expect(groups(all, links(1, 2))).toEqual(["ana+phone", "bob"]);
    expect(groups(all, links(2, 1))).toEqual(["ana", "bob+phone"]);
  });

  it("hold two apart through a ring of others", () => {
    const ring = [link(ana, phone), link(phone, email("e")), link(email("e"), tablet), link(tablet, ana)];
    const apart = human(ana, email("e"), { verdict: "different" });
    const found = groups([ana, phone, email("e"), tablet], [...ring, apart]);
    expect(found).toHaveLength(2);
    expect(found.map((group) => group.split("+")).filter((who) => who.includes("ana") && who.includes("e"))).toEqual(
      [],
    );
  });
});

describe("links in a ring", () => {
  it("say nothing that a chain does not", () => {
    const all = [ana, phone, tablet];
    const chain = [link(ana, phone), link(phone, tablet)];
    expect(groups(all, [...chain, link(tablet, ana)])).toEqual(groups(all, chain));
  });

  it("hold as long as a chain through them does", () => {
    const ring = [link(ana, phone), link(phone, tablet), link(tablet, ana)];
    for (const { id } of ring)
      expect(groups([ana, phone, tablet], ring, { retracted: [id] })).toEqual(["ana+phone+tablet"]);
    const two = ring.slice(0, 2).map(({ id }) => id);
    expect(groups([ana, phone, tablet], ring, { retracted: two })).toEqual(["ana+tablet", "phone"]);
  });
});

describe("a link of an identifier with itself", () => {
  it.each(["same", "different"] as const)("that says `%s` says nothing", (verdict) => {
    const links = [human(ana, ana, { verdict }), link(ana, phone)];
    expect(groups([ana, phone], links)).toEqual(["ana+phone"]);
  });
});

describe("retractions", () => {
  const odd = fc.constantFrom(ana, bob, phone, tablet, email("e"), email("f"));
  const links = fc.array(
    fc
      .tuple(odd, odd, fc.constantFrom("same" as const, "different" as const), fc.boolean())
      .map(([x, y, verdict, isHuman]) => (isHuman ? human(x, y, { verdict }) : link(x, y))),
    { maxLength: 12 },
  );
  const all = [ana, bob, phone, tablet, email("e"), email("f")];

  it("of a link twice, of what never was, and of what was refused anyway, are once, nothing, and no harm", () => {
    fc.assert(
      fc.property(links, fc.nat(), (some, nth) => {
        const gone = some.length === 0 ? [] : [(some[nth % some.length] as Link).id];
        const never = "0never.was" as LinkId;
        const once = groups(all, some, { retracted: gone, by: loose });
        expect(groups(all, some, { retracted: [...gone, ...gone, never], by: loose })).toEqual(once);
      }),
    );
  });

  it("of everything leave everybody alone", () => {
    fc.assert(
      fc.property(links, (some) => {
        const retracted = some.map(({ id }) => id);
        expect(groups(all, some, { retracted })).toHaveLength(all.length);
      }),
    );
  });
});
