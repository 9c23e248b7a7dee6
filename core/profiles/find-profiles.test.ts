import { describe, expect, it } from "vitest";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { identifierKey } from "#core/kernel/identifier.ts";
import type { Component, Member } from "./component.ts";
import { findProfiles } from "./find-profiles.flow.ts";
import type { Stored } from "./ports.ts";
import { profileIdOf } from "./profile-id.ts";

const key = (value: string) => identifierKey({ type: "user_id", value });
const member = (value: string): Member => ({ identifier: { type: "user_id", value }, firstSeen: 1, lastSeen: 1 });
const component = (...values: readonly string[]): Component => ({
  members: new Map(values.map((value) => [key(value), member(value)])),
  links: new Map(),
  retracted: new Map(),
});

const STORED = new Map<string, Stored>([
  [key("a"), { kind: "component", version: 3, component: component("a") }],
  [key("home"), { kind: "component", version: 5, component: component("home", "moved", "far") }],
  [key("moved"), { kind: "pointer", version: 1, to: key("home") }],
  [key("far"), { kind: "pointer", version: 1, to: key("moved") }],
]);

describe("finding many profiles", () => {
  it("follows pointers for all at once, fresh, and leaves out whom nobody knows", async () => {
    const reads: (readonly string[])[] = [];
    const store = {
      read: async (keys: readonly ReturnType<typeof key>[], options?: { readonly fresh?: boolean }) => {
        expect(options).toEqual({ fresh: true });
        reads.push(keys);
        return new Map(keys.flatMap((one) => (STORED.has(one) ? [[one, STORED.get(one) as Stored] as const] : [])));
      },
    };
    const asked = ["a", "moved", "far", "home", "nobody", "a"].map(key);
    const found = await findProfiles(store, asked, defaultIdentityRules);
    const ids = [...found].map(([of, { group, version }]) => [of, group.id, version]);
    expect(ids).toEqual([
      [key("a"), profileIdOf(key("a")), 3],
      [key("moved"), profileIdOf(key("moved")), 5],
      [key("far"), profileIdOf(key("far")), 5],
      [key("home"), profileIdOf(key("home")), 5],
    ]);
    expect(reads).toEqual([["a", "moved", "far", "home", "nobody"].map(key)]);
  });

  it("reads nothing for nobody", async () => {
    const store = { read: async () => Promise.reject(new Error("nothing is to be read")) };
    expect((await findProfiles(store, [], defaultIdentityRules)).size).toBe(0);
  });
});
