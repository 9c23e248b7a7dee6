import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { histories } from "#test/contracts/histories.ts";
import { type Component, emptyComponent, joinAllComponents, joinComponents } from "./component.ts";
import { decodeComponent, encodeComponent } from "./component-json.ts";
import { evidenceOf } from "./evidence.ts";

const nobodyShared = (): boolean => false;

const component: fc.Arbitrary<Component> = histories(8).map(({ events, assertions }) => {
  const links = assertions.flatMap((said) => (said.kind === "link" ? [said] : []));
  const retracted = new Set(assertions.flatMap((said) => (said.kind === "retraction" ? [said.link] : [])));
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
    const retracted = new Set(["0abc.def" as never]);
    expect(decodeComponent(encodeComponent({ ...emptyComponent, retracted }))).toEqual({
      ...emptyComponent,
      retracted,
    });
  });
  it("refuses a form it does not know", () => {
    expect(() => decodeComponent('{"v":2,"m":[]}')).toThrow("form 2");
  });
});
