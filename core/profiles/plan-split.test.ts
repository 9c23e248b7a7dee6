import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Identifier,
  type IdentifierKey,
  identifierKey,
  identifierText,
  parseIdentifier,
} from "#core/kernel/identifier.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { histories, tightRules } from "#test/contracts/histories.ts";
import { type Component, joinAllComponents } from "./component.ts";
import { type Assertion, gatherEvidence } from "./evidence.ts";
import type { HeardEvent } from "./fragment.ts";
import { humanLink, type LinkAct, withAssertions } from "./link-act.ts";
import { keysOf, planMerge, withKey } from "./plan-merge.ts";
import { planSplit } from "./plan-split.ts";
import { type ProfileGroup, profileGroupsOf } from "./profiles-of.ts";

const chloe: LinkAct = { who: "chloe", at: 9_000, reason: "two people", act: "split" };
const ben: LinkAct = { who: "ben", at: 9_500, reason: "one after all", act: "merge" };

const componentOf = (events: readonly HeardEvent[], assertions: readonly Assertion[] = []): Component => {
  const whole = joinAllComponents(gatherEvidence(events, assertions, new Set()).map(({ component }) => component));
  return { ...whole, retracted: new Map([...whole.retracted].filter(([id]) => whole.links.has(id))) };
};

const groupsOf = (component: Component): readonly ProfileGroup[] => profileGroupsOf(component, tightRules);

const named = (text: string): Identifier => parseIdentifier(text) as Identifier;
const keyed = (...texts: readonly string[]): ReadonlySet<IdentifierKey> =>
  new Set(texts.map((text) => identifierKey(named(text))));
const textsOf = ({ members }: ProfileGroup): readonly string[] =>
  members.map(([, { identifier }]) => identifierText(identifier)).sort();

let sent = 0;
const seen = (...identifiers: readonly string[]): HeardEvent => ({
  messageId: `m${sent++}`,
  source: "shop",
  trust: "server",
  type: "track",
  name: "Seen",
  identifiers: identifiers.map(named),
  eventTime: 1_000 + sent,
  receivedAt: 1_000,
  properties: {},
  traits: {},
  context: {},
});

describe("a split", () => {
  it("parts exactly what was asked for, whatever was said before, and a merge undoes it", () => {
    let parted = 0;
    fc.assert(
      fc.property(histories(), fc.nat(), fc.nat(), ({ events, assertions }, which, bits) => {
        const component = componentOf(events, assertions);
        const groups = groupsOf(component).filter(({ members }) => members.length > 1);
        const group = groups[which % Math.max(1, groups.length)];
        if (group === undefined) return;
        const own = keysOf(group);
        const mask = 1 + (bits % (2 ** own.length - 2));
        const off = new Set(own.filter((_, at) => (mask >> at) % 2 === 1));
        const plan = planSplit({ component, group, version: 1 }, off, chloe, tightRules);
        if (isRejection(plan)) {
          expect(plan.code).toBe("split.not_possible");
          return;
        }
        parted++;
        // What is said is enough by itself: the plan's own picture is not needed to get there.
        const after = groupsOf(withAssertions(component, plan.assertions));
        for (const side of [[...off], own.filter((key) => !off.has(key))]) {
          const held = withKey(after, side[0] as IdentifierKey);
          expect(
            held &&
              keysOf(held)
                .filter((key) => own.includes(key))
                .sort(),
          ).toEqual([...side].sort());
        }
        const [one, other] = [
          withKey(after, [...off][0] as IdentifierKey),
          after.find((each) => keysOf(each).some((key) => own.includes(key) && !off.has(key))),
        ];
        const back = planMerge(
          { component: plan.component, group: one as ProfileGroup, version: 2 },
          { component: plan.component, group: other as ProfileGroup, version: 2 },
          ben,
          tightRules,
        );
        if (isRejection(back)) return;
        const whole = withKey(groupsOf(withAssertions(plan.component, back.assertions)), own[0] as IdentifierKey);
        expect(own.every((key) => whole && keysOf(whole).includes(key))).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(parted, "most histories have somebody to part").toBeGreaterThan(250);
  });

  it("says no more than it needs: one verdict where both sides hold together by themselves", () => {
    const component = componentOf([
      seen("user_id:u", "email:a@b.c"),
      seen("email:x@y.z", "anonymous_id:v"),
      seen("email:a@b.c", "anonymous_id:v"),
    ]);
    const [group] = groupsOf(component) as [ProfileGroup];
    const plan = planSplit({ component, group, version: 1 }, keyed("email:x@y.z", "anonymous_id:v"), chloe, tightRules);
    if (isRejection(plan)) throw new Error(plan.message);
    expect(plan.assertions).toMatchObject([
      { kind: "link", link: { verdict: "different", act: "split", source: "chloe", reason: "two people" } },
    ]);
    expect(plan.groups.map(textsOf)).toEqual([
      ["email:a@b.c", "user_id:u"],
      ["anonymous_id:v", "email:x@y.z"],
    ]);
  });

  it("takes back what a person merged by mistake, and holds against events that come later", () => {
    const before = componentOf([seen("user_id:u", "email:a@b.c"), seen("email:x@y.z", "anonymous_id:v")]);
    const mistake = humanLink([named("user_id:u"), named("email:x@y.z")], "same", { who: "ben", at: 5_000 }, before);
    const component = withAssertions(before, [mistake]);
    const [group] = groupsOf(component) as [ProfileGroup];
    const plan = planSplit({ component, group, version: 1 }, keyed("email:x@y.z", "anonymous_id:v"), chloe, tightRules);
    if (isRejection(plan)) throw new Error(plan.message);
    expect(plan.assertions[0]).toEqual({
      kind: "retraction",
      link: mistake.link.id,
      retraction: { first: { at: 9_000, by: expect.any(String) }, who: "chloe", reason: "two people", act: "split" },
    });
    const later = joinAllComponents([plan.component, componentOf([seen("user_id:u", "anonymous_id:v")])]);
    expect(groupsOf(later).map(textsOf)).toEqual([
      ["email:a@b.c", "user_id:u"],
      ["anonymous_id:v", "email:x@y.z"],
    ]);
  });

  it("parts off the eldest, and gives either side its own name again", () => {
    const component = componentOf([seen("anonymous_id:v"), seen("user_id:u", "anonymous_id:v")]);
    const [group] = groupsOf(component) as [ProfileGroup];
    const plan = planSplit({ component, group, version: 1 }, keyed("anonymous_id:v"), chloe, tightRules);
    if (isRejection(plan)) throw new Error(plan.message);
    expect(new Set(plan.groups.map(({ id }) => id))).toEqual(
      new Set([...keyed("anonymous_id:v", "user_id:u")].map((key) => `p_${key}`)),
    );
  });

  it("refuses to leave nobody behind", () => {
    const component = componentOf([seen("user_id:u", "anonymous_id:v")]);
    const [group] = groupsOf(component) as [ProfileGroup];
    const plan = planSplit({ component, group, version: 1 }, keyed("user_id:u", "anonymous_id:v"), chloe, tightRules);
    expect(plan).toMatchObject({ kind: "rejection", code: "split.nothing_left" });
  });
});

describe("a merge", () => {
  const merged = (component: Component, a: string, b: string) => {
    const groups = groupsOf(component);
    const found = (text: string) => ({
      component,
      version: 1,
      group: withKey(groups, identifierKey(named(text))) as ProfileGroup,
    });
    return planMerge(found(a), found(b), ben, tightRules);
  };

  it("says nothing of what is one person already", () => {
    expect(merged(componentOf([seen("user_id:u", "email:a@b.c")]), "user_id:u", "email:a@b.c")).toMatchObject({
      assertions: [],
    });
  });

  it("refuses what a rule forbids, in words, and says what to do", () => {
    const plan = merged(componentOf([seen("user_id:u"), seen("user_id:w")]), "user_id:u", "user_id:w");
    expect(plan).toMatchObject({ kind: "rejection", code: "merge.refused" });
    expect(isRejection(plan) && plan.message).toContain("at most 1 user_id");
  });

  it("refuses what would only come true in part", () => {
    const component = componentOf([
      seen("user_id:u", "email:a@b.c", "anonymous_id:a", "anonymous_id:b"),
      seen("loyalty_card:k", "anonymous_id:c", "anonymous_id:d"),
    ]);
    const plan = merged(component, "user_id:u", "loyalty_card:k");
    expect(isRejection(plan) && plan.message).toContain("more than 5 identifiers");
  });

  it("overrules what another person said against it, and says who did", () => {
    const apart = componentOf([seen("user_id:u"), seen("email:a@b.c")]);
    const verdict = humanLink([named("user_id:u"), named("email:a@b.c")], "different", chloe, apart);
    const plan = merged(withAssertions(apart, [verdict]), "user_id:u", "email:a@b.c");
    if (isRejection(plan)) throw new Error(plan.message);
    expect(plan.assertions).toMatchObject([
      { kind: "retraction", link: verdict.link.id, retraction: { who: "ben", act: "merge", reason: "one after all" } },
      { kind: "link", link: { verdict: "same", source: "ben" } },
    ]);
    expect(plan.groups.map(textsOf)).toEqual([["email:a@b.c", "user_id:u"]]);
  });

  it("can be made, undone and made again, each time as a link of its own", () => {
    let component = componentOf([seen("user_id:u"), seen("email:a@b.c")]);
    const ids = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const plan = merged(component, "user_id:u", "email:a@b.c");
      if (isRejection(plan)) throw new Error(plan.message);
      for (const said of plan.assertions) if (said.kind === "link") ids.add(said.link.id);
      const [group] = groupsOf(plan.component) as [ProfileGroup];
      const split = planSplit(
        { component: plan.component, group, version: 1 },
        keyed("email:a@b.c"),
        chloe,
        tightRules,
      );
      if (isRejection(split)) throw new Error(split.message);
      expect(groupsOf(split.component)).toHaveLength(2);
      component = split.component;
    }
    expect(ids.size).toBe(3);
  });
});
