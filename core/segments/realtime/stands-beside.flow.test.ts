import { expect, it } from "vitest";
import { type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import { profileIdOf } from "#core/profiles/profile-id.ts";
import type { Condition } from "#core/segments/condition.ts";
import type { BesideProfiles } from "#core/segments/ports.ts";
import { segmentSet } from "./segment-set.ts";
import { standsBeside } from "./stands-beside.flow.ts";

const key = (value: string): IdentifierKey => identifierKey({ type: "user_id", value });
const group = (value: string) => ({ id: profileIdOf(key(value)), members: [[key(value), {}] as never] });

const ready = (...conditions: readonly Condition[]) =>
  segmentSet(
    conditions.map((condition, nth) => ({
      id: `s${nth}`,
      version: 1,
      updatedAt: 0,
      definition: { name: "S", condition },
    })),
  );

it("asks once, for those profiles alone whose segments ask, and for nothing they do not", async () => {
  const asked: Parameters<BesideProfiles["of"]>[] = [];
  const beside: BesideProfiles = {
    of: async (...question) => {
      asked.push(question);
      return new Map();
    },
  };
  const plain = ready({ trait: "plan", eq: "pro" }, { event: "Order Completed" });
  expect(plain.asksBeside).toBe(false);
  await standsBeside(beside, [{ group: group("ana"), segments: plain.all }]);
  expect(asked).toEqual([]);

  const { all, asksBeside } = ready(
    { list: "fair" },
    { any: [{ list: "fair" }, { not: { list: "vip" } }] },
    { trait: "plan", eq: "pro" },
    { computed: "orders", gte: 2 },
  );
  expect(asksBeside).toBe(true);
  const [fair, either, trait, orders] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0], (typeof all)[0]];
  await standsBeside(beside, [
    { group: group("ana"), segments: [fair, trait] },
    { group: group("bo"), segments: [trait] },
    { group: group("cy"), segments: [either] },
  ]);
  await standsBeside(beside, [{ group: group("bo"), segments: [orders] }]);
  expect(asked.map(([profiles, wanted]) => [profiles.map(({ id }) => id), wanted])).toEqual([
    [[group("ana").id, group("cy").id], { computed: false, lists: ["fair", "vip"] }],
    [[group("bo").id], { computed: true, lists: [] }],
  ]);
});
