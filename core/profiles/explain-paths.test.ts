import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LinkId } from "#core/identity/link.ts";
import { type Identifier, identifierText, parseIdentifier } from "#core/kernel/identifier.ts";
import { histories, tightRules } from "#test/contracts/histories.ts";
import { type Component, joinAllComponents } from "./component.ts";
import { type Assertion, gatherEvidence } from "./evidence.ts";
import { explain } from "./explain.ts";
import type { Explanation } from "./explanation.ts";
import { profileGroupsOf } from "./profiles-of.ts";

/** Everything that was said, as one component: explaining asks for no more. */
const componentOf = (events: Parameters<typeof gatherEvidence>[0], assertions: readonly Assertion[]): Component => {
  const whole = joinAllComponents(gatherEvidence(events, assertions, new Set()).map(({ component }) => component));
  // A retraction may have come before what it takes back: then there is nothing to explain of it.
  return { ...whole, retracted: new Map([...whole.retracted].filter(([id]) => whole.links.has(id))) };
};

const explainAll = (component: Component): readonly Explanation[] =>
  profileGroupsOf(component, tightRules).map((group) => explain({ group, component, version: 1 }, tightRules));

const textsIn = (parts: readonly (readonly Identifier[])[]): readonly (readonly string[])[] =>
  parts.map((part) => part.map(identifierText).sort()).sort();

describe("the paths of an explanation", () => {
  it("lead from every identifier to the eldest, along links that hold, with one weakest each", () => {
    fc.assert(
      fc.property(histories(), ({ events, assertions }) => {
        for (const told of explainAll(componentOf(events, assertions))) {
          const links = new Map(told.links.map((link) => [link.id, link]));
          const [eldest] = told.identifiers;
          for (const { path, type, value } of told.identifiers) {
            let here = identifierText({ type, value });
            for (const step of path) {
              const link = links.get(step.link);
              expect(link).toMatchObject({ state: "live", verdict: "same" });
              const ends = link === undefined ? [] : [identifierText(link.a), identifierText(link.b)];
              expect(ends).toContain(here);
              here = identifierText(step.to);
              expect(ends).toContain(here);
            }
            expect(here).toBe(eldest && identifierText(eldest));
            expect(path.filter(({ weakest }) => weakest)).toHaveLength(path.length === 0 ? 0 : 1);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("name the weakest link, and say exactly what taking it back would leave", () => {
    fc.assert(
      fc.property(histories(), ({ events, assertions }) => {
        const component = componentOf(events, assertions);
        for (const told of explainAll(component)) {
          const own = new Set(told.identifiers.map(identifierText));
          for (const weak of told.weakest) {
            const retracted = new Map(component.retracted).set(weak.link as LinkId, {});
            const left = profileGroupsOf({ ...component, retracted }, tightRules)
              .map(({ members }) => members.map(([, { identifier }]) => identifier))
              .map((part) => part.filter((each) => own.has(identifierText(each))))
              .filter((part) => part.length > 0);
            expect(textsIn(weak.without)).toEqual(textsIn(left));
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it("prefer a person's word to an event's, and an address to a browser, whichever came first", () => {
    const named = (text: string): Identifier => parseIdentifier(text) as Identifier;
    const [user, email, browser] = [named("user_id:u"), named("email:a@b.c"), named("anonymous_id:v")];
    const said = (at: number, ...identifiers: readonly Identifier[]) => ({
      messageId: `m${at}`,
      source: "shop",
      trust: "server" as const,
      type: "track" as const,
      name: "Seen",
      identifiers,
      eventTime: at,
      receivedAt: at,
      properties: {},
      traits: {},
      context: {},
    });
    const component = componentOf([said(1, user, browser), said(2, email, browser), said(3, user, email)], []);
    const [told] = explainAll(component);
    expect(
      told?.identifiers.map((each) => [identifierText(each), each.path.map(({ to }) => identifierText(to))]),
    ).toEqual([
      ["user_id:u", []],
      ["anonymous_id:v", ["user_id:u"]],
      ["email:a@b.c", ["user_id:u"]],
    ]);
    expect(told?.weakest).toMatchObject([
      {
        weakerType: "anonymous_id",
        priority: 6,
        because: "Without it the profile would stay whole: other links hold it together.",
      },
      { weakerType: "email", priority: 3 },
    ]);
  });
});
