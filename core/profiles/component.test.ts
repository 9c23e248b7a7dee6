import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertLink } from "#core/identity/link.ts";
import { type Identifier, identifierKey, parseIdentifier } from "#core/kernel/identifier.ts";
import { histories } from "#test/contracts/histories.ts";
import { type Component, emptyComponent, joinAllComponents, joinComponents } from "./component.ts";
import { decodeComponent, encodeComponent } from "./component-json.ts";
import { evidenceOf } from "./evidence.ts";

const identifierOf = (text: string): Identifier => parseIdentifier(text) as Identifier;

const nobodyShared = (): boolean => false;

const component: fc.Arbitrary<Component> = histories(8).map(({ events, assertions }) => {
  const links = assertions.flatMap((said) => (said.kind === "link" ? [said] : []));
  const retracted = new Map(
    assertions.flatMap((said) => (said.kind === "retraction" ? [[said.link, said.retraction ?? {}]] : [])),
  );
  return joinAllComponents([
    ...events.flatMap((event) => evidenceOf(event, nobodyShared)),
    { ...emptyComponent, retracted },
    ...links.map(({ link }) => ({ ...emptyComponent, links: new Map([[link.id, link]]) })),
  ]);
});

/** The same evidence may stand in another order: maps are equal all the same. */
describe("joining components", () => {
  it("is commutative", () => {
    fc.assert(
      fc.property(component, component, (x, y) => {
        expect(joinComponents(x, y)).toEqual(joinComponents(y, x));
      }),
    );
  });
  it("is associative", () => {
    fc.assert(
      fc.property(component, component, component, (x, y, z) => {
        expect(joinComponents(joinComponents(x, y), z)).toEqual(joinComponents(x, joinComponents(y, z)));
      }),
    );
  });
  it("is idempotent, and nothing changes nothing", () => {
    fc.assert(
      fc.property(component, (x) => {
        expect(joinComponents(x, x)).toEqual(x);
        expect(joinComponents(x, emptyComponent)).toEqual(x);
      }),
    );
  });
  it("changes neither of its parts", () => {
    fc.assert(
      fc.property(component, component, (x, y) => {
        const [before, other] = [structuredClone(x), structuredClone(y)];
        joinComponents(x, y);
        expect([x, y]).toEqual([before, other]);
      }),
    );
  });
});

describe("a component as JSON", () => {
  it("comes back as it was", () => {
    fc.assert(
      fc.property(component, (x) => {
        const membersOnly = {
          ...x,
          links: new Map([...x.links].filter(([, { a, b }]) => x.members.has(a) && x.members.has(b))),
        };
        expect(decodeComponent(encodeComponent(membersOnly))).toEqual(membersOnly);
      }),
    );
  });
  it("keeps retractions that came before anything else", () => {
    const retracted = new Map([["0abc.def" as never, {}]]);
    expect(decodeComponent(encodeComponent({ ...emptyComponent, retracted }))).toEqual({
      ...emptyComponent,
      retracted,
    });
  });
  it("reads retractions that were stored before anybody was named with them", () => {
    const stored =
      '{"v":1,"m":[["user_id","u",1,2],["email","a@b.c",1,2]],"l":[[0,1,"human","same","chloe","server",1,5,"x",null]],"r":["0abc.def"]}';
    const { links, retracted } = decodeComponent(stored);
    expect([...retracted]).toEqual([["0abc.def", {}]]);
    expect([...links.values()]).toMatchObject([{ source: "chloe", verdict: "same", first: { at: 5, by: "x" } }]);
    expect(decodeComponent(encodeComponent(decodeComponent(stored)))).toEqual(decodeComponent(stored));
  });
  it("keeps who took a link back, when, why and as part of what, and the round and act of a claim", () => {
    const [a, b] = [identifierOf("user_id:u"), identifierOf("email:a@b.c")];
    const claim = { class: "human", verdict: "same", source: "chloe", trust: "server" } as const;
    const link = assertLink({ ...claim, between: [a, b], at: { at: 5, by: "x" }, act: "merge", round: 2 });
    const seen = { firstSeen: 1, lastSeen: 2 };
    const told: Component = {
      members: new Map([a, b].map((identifier) => [identifierKey(identifier), { identifier, ...seen }])),
      links: new Map([[link.id, link]]),
      retracted: new Map([[link.id, { first: { at: 7, by: "y" }, who: "ben", reason: "a typo", act: "split" }]]),
    };
    expect(decodeComponent(encodeComponent(told))).toEqual(told);
  });
  it("refuses a form it does not know", () => {
    expect(() => decodeComponent('{"v":3,"m":[]}')).toThrow("form 3");
  });
});
