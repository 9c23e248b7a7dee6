import { describe, expect, it } from "vitest";
import { identifierKey } from "#core/kernel/identifier.ts";
import { FIRST_FORM, firstFormAna, firstFormVisitor } from "#test/contracts/first-form.ts";
import { decodeComponent, encodeComponent, withoutPacked, withPacked } from "./component-json.ts";
import { joinFragments } from "./fragment.ts";
import { countOf } from "./fragment-activity.ts";

const [ana, visitor] = [
  identifierKey({ type: "user_id", value: "ana" }),
  identifierKey({ type: "anonymous_id", value: "a1" }),
];

describe("a component that was stored in the first form", () => {
  const component = decodeComponent(FIRST_FORM);
  const fragmentAt = (key: typeof ana) => {
    const fragment = component.members.get(key)?.fragment;
    if (fragment === undefined) throw new Error("the sample has a fragment there");
    return fragment;
  };

  it("says what it said: identifiers, links, traits, consent", () => {
    expect([...component.members.values()].map(({ identifier }) => identifier.value)).toEqual([
      "ana",
      "ana@example.org",
      "a1",
    ]);
    expect([...component.links.values()].map(({ source, first }) => [source, first.by])).toEqual([
      ["web", "7ezNfDdH"],
      ["web", "7ezNfDdH"],
    ]);
    expect(fragmentAt(ana)).toMatchObject(firstFormAna);
  });

  it("remembers the twelve events it had, and of two more that they were heard", () => {
    const { recent } = fragmentAt(visitor);
    expect(recent.map(({ by, name }) => [by, name])).toEqual(firstFormVisitor);
    expect(recent[1]).toEqual({ at: 1793620812040, by: "nzISusoG", name: "Order Completed", value: 12.5 });
  });

  it("makes up neither sources nor counts", () => {
    const fragment = fragmentAt(ana);
    expect(fragment.traits.plan).toEqual({ value: "pro", at: 1793620830040, by: "7ezNfDdH" });
    expect([fragment.activity, fragment.devices]).toEqual([{}, {}]);
    expect(countOf(fragment, "web")).toEqual({ events: 0, exact: true });
  });

  it("is written in the second form, and is the same then", () => {
    const text = encodeComponent(component);
    expect(JSON.parse(text)).toMatchObject({ v: 2 });
    expect(decodeComponent(text)).toEqual(component);
    expect(text.length).toBeLessThan(FIRST_FORM.length / 1.5);
  });

  it("goes on from there: a trait said again names its source, events count from now on", () => {
    const before = fragmentAt(ana);
    const { activity: _activity, recent, ...rest } = before;
    const now = { at: before.lastSeen + 1, by: "AAAAAAAA", name: "Seen", source: "web" };
    const again = {
      ...rest,
      traits: { plan: { ...before.traits.plan, value: "pro", at: 1793620830040, by: "7ezNfDdH", source: "web" } },
      recent: [now],
      activity: { web: { firstSeen: now.at, lastSeen: now.at } },
    };
    const joined = joinFragments(before, again, 50);
    expect(joined.traits.plan?.source).toBe("web");
    expect(joined.recent).toHaveLength(recent.length + 1);
    expect(countOf(joined, "web")).toEqual({ events: 1, exact: true });
  });
});

describe("the second form", () => {
  it("is read as it was stored when it was new", () => {
    const stored =
      '{"v":2,"t":1793620800040,"s":["web"],"k":["identify",2,"Seen",3],"m":[["user_id","ana",30000,0,[0,0,[["7ezNfDdH",0,0,{"plan":"pro"},{"ads":0}]],1,[[0,0,0]],[[0,"mobile","iOS"]]]],["anonymous_id","a1",0,30000,[0,16960,[],1,[[0,0,0]],[],[2.5]]]],"l":[["deterministic","same","web","browser",1,30000,"7ezNfDdH",[0,1]]],"p":"7ezNfDdHywVv2V8ZCXEA"}';
    const component = decodeComponent(stored);
    expect(encodeComponent(component)).toBe(stored);
    expect(component.members.get(visitor)?.fragment?.recent).toEqual([
      { at: 1793620813080, by: "ywVv2V8Z", name: "Seen", source: "web", value: 2.5 },
    ]);
  });

  it("is taken apart and put together again around what is packed", () => {
    const text = encodeComponent(decodeComponent(FIRST_FORM));
    const { rest, packed } = withoutPacked(text);
    expect(packed).toHaveLength(8 * 15 + 4 * Math.ceil((packed.length - 8 * 15) / 4));
    expect(JSON.parse(rest)).not.toHaveProperty("p");
    expect(withPacked(rest, packed)).toBe(text);
  });

  it("takes nobody's trait for what is packed", () => {
    const text = encodeComponent({
      ...decodeComponent('{"v":1,"m":[["user_id","u",1,2,[1,2,{"p":["xyz",1,"7ezNfDdH"]},{},[]]]]}'),
    });
    expect(withoutPacked(text)).toEqual({ rest: text, packed: "" });
  });
});
