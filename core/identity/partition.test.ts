import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Identifier, type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import { IdentityRules } from "./identity-rules.ts";
import { assertLink, type Link, type LinkClaim, type LinkId } from "./link.ts";
import { type Evidence, type Partition, partition } from "./partition.ts";

const rules = IdentityRules.parse({ limits: { user_id: 1 }, maxIdentifiers: 4, sharedAbove: 2 });

const user = (value: string): Identifier => ({ type: "user_id", value });
const device = (value: string): Identifier => ({ type: "anonymous_id", value });
const email = (value: string): Identifier => ({ type: "email", value });

const link = (x: Identifier, y: Identifier, claim: Partial<LinkClaim> = {}): Link =>
  assertLink({
    between: [x, y],
    class: "deterministic",
    verdict: "same",
    source: "web",
    trust: "server",
    at: { at: 1, by: "e" },
    ...claim,
  });

function evidenceOf(
  identifiers: readonly Identifier[],
  links: readonly Link[],
  retracted: readonly LinkId[] = [],
): Evidence {
  return {
    identifiers: new Map(identifiers.map((identifier) => [identifierKey(identifier), identifier])),
    links,
    retracted: new Set(retracted),
  };
}

const namesIn = (found: Partition, of: readonly Identifier[]): readonly string[] => {
  const names = new Map(of.map((identifier) => [identifierKey(identifier), identifier.value]));
  return found.groups
    .map((group) =>
      group
        .map((key) => names.get(key) ?? "?")
        .sort()
        .join("+"),
    )
    .sort();
};

describe("the partition", () => {
  const [ana, bob, eve] = [user("ana"), user("bob"), user("eve")];
  const [phone, tablet] = [device("phone"), device("tablet")];

  it("unites what is linked", () => {
    const all = [ana, phone, tablet];
    const found = partition(evidenceOf(all, [link(ana, phone), link(ana, tablet)]), rules);
    expect(namesIn(found, all)).toEqual(["ana+phone+tablet"]);
  });

  it("gives a shared phone to whoever it was seen with first, and says why not to the other", () => {
    const all = [ana, bob, phone];
    const [early, late] = [link(bob, phone, { at: { at: 1, by: "x" } }), link(ana, phone, { at: { at: 2, by: "a" } })];
    const found = partition(evidenceOf(all, [late, early]), rules);
    expect(namesIn(found, all)).toEqual(["ana", "bob+phone"]);
    expect([...found.refused]).toEqual([[late.id, "limit"]]);
  });

  it("takes a refused link once what refused it is retracted", () => {
    const all = [ana, bob, phone];
    const [early, late] = [link(bob, phone, { at: { at: 1, by: "x" } }), link(ana, phone, { at: { at: 2, by: "a" } })];
    expect(namesIn(partition(evidenceOf(all, [late, early], [early.id]), rules), all)).toEqual(["ana+phone", "bob"]);
  });

  it("lets a person's word go before a fact, and a fact before a guess", () => {
    const all = [ana, bob, phone];
    const fact = link(ana, phone, { at: { at: 1, by: "a" } });
    const word = link(bob, phone, { class: "human", at: { at: 9, by: "z" } });
    const guess = link(ana, phone, { class: "probabilistic", weight: 0.9 });
    expect(namesIn(partition(evidenceOf(all, [fact, word]), rules), all)).toEqual(["ana", "bob+phone"]);
    expect(namesIn(partition(evidenceOf(all, [guess, link(bob, phone)]), rules), all)).toEqual(["ana", "bob+phone"]);
  });

  it("keeps apart whom a person said are different, through whatever others", () => {
    const all = [ana, phone, tablet];
    const links = [link(ana, phone), link(phone, tablet), link(ana, tablet, { class: "human", verdict: "different" })];
    const found = partition(evidenceOf(all, links), rules);
    expect(found.groups).toHaveLength(2);
    expect([...found.refused.values()]).toEqual(["different"]);
  });

  it("lets a browser propose but not decide that two people are one", () => {
    const loose = IdentityRules.parse({ limits: {} });
    const links = [link(ana, bob, { trust: "browser" })];
    const found = partition(evidenceOf([ana, bob], links), loose);
    expect([...found.refused.values()]).toEqual(["untrusted"]);
    expect(partition(evidenceOf([ana, bob], [link(ana, bob)]), loose).groups).toHaveLength(1);
  });

  it("believes nobody about an identifier that too many people use", () => {
    const all = [ana, bob, eve, phone];
    const links = [ana, bob, eve].map((person) => link(person, phone));
    const found = partition(evidenceOf(all, links), rules);
    expect(found.groups).toHaveLength(4);
    expect([...found.shared]).toEqual([identifierKey(phone)]);
    expect(new Set(found.refused.values())).toEqual(new Set(["shared"]));
  });

  it("keeps an identifier shared when one of the links that showed it is retracted", () => {
    const all = [ana, bob, eve, phone];
    const links = [ana, bob, eve].map((person) => link(person, phone));
    const retracted = links.slice(0, 1).map(({ id }) => id);
    expect([...partition(evidenceOf(all, links, retracted), rules).shared]).toEqual([identifierKey(phone)]);
  });

  it("does not count people's own decisions towards sharing", () => {
    const links = [ana, bob, eve].map((person) => link(person, phone, { class: "human" }));
    expect(partition(evidenceOf([ana, bob, eve, phone], links), rules).shared.size).toBe(0);
  });

  it("stops at the most identifiers a profile may have", () => {
    const devices = Array.from({ length: 6 }, (_, nth) => device(`d${nth}`));
    const found = partition(
      evidenceOf(
        [ana, ...devices],
        devices.map((each) => link(ana, each)),
      ),
      rules,
    );
    expect(Math.max(...found.groups.map((group) => group.length))).toBe(4);
    expect([...found.refused.values()]).toEqual([
      "too_many_identifiers",
      "too_many_identifiers",
      "too_many_identifiers",
    ]);
  });
});

const POOL = ["a", "b", "c", "d"].map(user).concat(["x", "y", "z"].map(device), ["m", "n"].map(email));
const claim = fc.record({
  class: fc.constantFrom("human" as const, "deterministic" as const, "probabilistic" as const),
  verdict: fc.constantFrom("same" as const, "same" as const, "different" as const),
  trust: fc.constantFrom("browser" as const, "server" as const),
  weight: fc.constantFrom(1, 0.5),
  at: fc.record({ at: fc.integer({ min: 0, max: 3 }), by: fc.constantFrom("p", "q") }),
});
const links = fc.array(
  fc
    .tuple(fc.uniqueArray(fc.constantFrom(...POOL), { minLength: 2, maxLength: 2 }), claim)
    .map(([[x, y], said]) => link(x as Identifier, y as Identifier, said)),
  { maxLength: 16 },
);
/** One of several sightings of a link: which one is joined elsewhere (`joinLinks`). */
const distinct = (all: readonly Link[]): readonly Link[] => [...new Map(all.map((each) => [each.id, each])).values()];

describe("the partition, over generated links", () => {
  it("does not depend on the order of links or of identifiers", () => {
    fc.assert(
      fc.property(links.map(distinct), fc.infiniteStream(fc.nat()), (all, random) => {
        const mixed = <T>(list: readonly T[]): T[] =>
          list
            .map((item) => [random.next().value, item] as const)
            .sort(([x], [y]) => x - y)
            .map(([, item]) => item);
        expect(partition(evidenceOf(mixed(POOL), mixed(all)), rules)).toEqual(partition(evidenceOf(POOL, all), rules));
      }),
    );
  });

  it("breaks no constraint, covers everybody once, and accounts for every live link", () => {
    fc.assert(
      fc.property(links.map(distinct), fc.array(fc.nat(), { maxLength: 3 }), (all, which) => {
        const retracted = all.length === 0 ? [] : which.map((nth) => (all[nth % all.length] as Link).id);
        const { groups, refused } = partition(evidenceOf(POOL, all, retracted), rules);
        const groupOf = new Map(groups.flatMap((group, nth) => group.map((key) => [key, nth] as const)));
        expect([...groupOf.keys()].sort()).toEqual(POOL.map(identifierKey).sort());
        const users = new Set<IdentifierKey>(POOL.slice(0, 4).map(identifierKey));
        for (const group of groups) {
          expect(group.length).toBeLessThanOrEqual(rules.maxIdentifiers);
          expect(group.filter((key) => users.has(key)).length).toBeLessThanOrEqual(1);
        }
        for (const each of all.filter(({ id }) => !retracted.includes(id))) {
          const isTogether = groupOf.get(each.a) === groupOf.get(each.b);
          if (each.verdict === "different") expect(isTogether).toBe(false);
          else if (!refused.has(each.id)) expect(isTogether).toBe(true);
        }
      }),
    );
  });

  it("takes a retracted link, where it counts no people, as never asserted", () => {
    fc.assert(
      fc.property(links.map(distinct), fc.nat(), (all, nth) => {
        const humans = all.filter((each) => each.class === "human" || each.verdict === "different");
        fc.pre(humans.length > 0);
        const gone = humans[nth % humans.length] as Link;
        const without = all.filter(({ id }) => id !== gone.id);
        const retracted = partition(evidenceOf(POOL, all, [gone.id]), rules);
        expect(retracted).toEqual(partition(evidenceOf(POOL, without), rules));
      }),
    );
  });

  it("gives, with one limited type alone, a forest as large as any order of links could", () => {
    const plain = IdentityRules.parse({ limits: { user_id: 1 }, sharedAbove: 1_000, maxIdentifiers: 1_000 });
    const facts = fc.array(
      fc
        .uniqueArray(fc.constantFrom(...POOL), { minLength: 2, maxLength: 2 })
        .map(([x, y]) => link(x as Identifier, y as Identifier)),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(facts.map(distinct), (all) => {
        const { groups } = partition(evidenceOf(POOL, all), plain);
        // Each connected piece with n people splits into n groups, or stays one without any.
        const pieces = partition(evidenceOf(POOL, all), IdentityRules.parse({ limits: {}, sharedAbove: 1_000 })).groups;
        const users = new Set<IdentifierKey>(POOL.slice(0, 4).map(identifierKey));
        const fewest = pieces.map((piece) => Math.max(1, piece.filter((key) => users.has(key)).length));
        expect(groups).toHaveLength(fewest.reduce((x, y) => x + y, 0));
      }),
    );
  });
});

describe("values that came in before the rules blocked them", () => {
  const all = [user("ana"), user("test"), device("phone")];
  const [ana, test, phone] = all as [Identifier, Identifier, Identifier];
  const links = [link(test, phone), link(ana, phone, { at: { at: 2, by: "a" } })];

  it.each([
    ["a listed value", { blocked: { user_id: ["test"] } }],
    ["a pattern", { blockedPatterns: { "*": ["te.t"] } }],
  ])("stand by themselves, as if nobody had been known by them: %s", (_, blocking) => {
    const found = partition(evidenceOf(all, links), IdentityRules.parse(blocking));
    expect(namesIn(found, all)).toEqual(["ana+phone", "test"]);
    expect([...found.refused]).toEqual([[links[0]?.id, "blocked"]]);
  });

  it("are types of which a profile may hold none", () => {
    const found = partition(evidenceOf(all, links), IdentityRules.parse({ limits: { anonymous_id: 0 } }));
    expect(namesIn(found, all)).toEqual(["ana", "phone", "test"]);
    expect(new Set(found.refused.values())).toEqual(new Set(["blocked"]));
  });

  it("do not keep anybody apart", () => {
    const both = [link(test, phone), link(ana, phone), link(ana, test, { class: "human", verdict: "different" })];
    const found = partition(evidenceOf(all, both), IdentityRules.parse({ blocked: { user_id: ["test"] } }));
    expect(namesIn(found, all)).toEqual(["ana+phone", "test"]);
  });

  it("leave a device shared that they showed to be: what was left out around it is not there to be judged", () => {
    const blocked = { user_id: ["test"] };
    const both = [link(test, phone), link(ana, phone)];
    const found = partition(evidenceOf(all, both), IdentityRules.parse({ blocked, sharedAbove: 1 }));
    expect([...found.shared]).toEqual([identifierKey(phone)]);
    expect([...found.refused].map(([, refusal]) => refusal).sort()).toEqual(["blocked", "shared"]);
  });
});
