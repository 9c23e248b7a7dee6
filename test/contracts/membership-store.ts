import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { emptyComponent } from "#core/profiles/component.ts";
import { profileIdOf } from "#core/profiles/profile-id.ts";
import { type MembershipWrite, membershipWrite, noMemberships } from "#core/segments/realtime/membership.ts";
import type { OpenedMemberships } from "./membership-convergence.ts";

const KEY = "5AAAAAAAAAAAAAAAAAAAAAA" as IdentifierKey;
const ID = profileIdOf(KEY);
const OTHER = profileIdOf("5BBBBBBBBBBBBBBBBBBBBBB" as IdentifierKey);

const entering = (segmentId: string) => ({ segmentId, definitionVersion: 3, isMember: true, cause: "trait plan" });
const entry = (profileId = ID, segmentId = "vip", options = {}): MembershipWrite =>
  membershipWrite(profileId, noMemberships, [entering(segmentId)], 1_000, options) as MembershipWrite;

/** What every store of memberships promises (`core/segments/ports.ts`). */
export function membershipStoreContract(name: string, open: () => Promise<OpenedMemberships>): void {
  describe(`memberships in ${name}`, () => {
    let opened: OpenedMemberships;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it("answers what was written, and nothing of whom nothing was written", async () => {
      const write = entry(ID, "vip", { dueAt: 5_000 });
      expect(await opened.memberships.write([write])).toEqual(new Set());
      const found = await opened.memberships.of([ID, OTHER, ID]);
      expect(found).toEqual(new Map([[ID, write.next]]));
      expect(found.get(ID)?.memberships).toEqual({
        vip: { definitionVersion: 3, since: 1_000, cause: "trait plan" },
      });
    });

    it("refuses a write whose version has moved, and makes the others", async () => {
      await opened.memberships.write([entry()]);
      const refused = await opened.memberships.write([entry(ID, "other"), entry(OTHER)]);
      expect(refused).toEqual(new Set([0]));
      expect((await opened.memberships.of([OTHER])).size).toBe(1);
      const rows = await opened.rows();
      expect(new Set(rows.map(({ segment_id, profile_id }) => `${segment_id} ${profile_id}`))).toEqual(
        new Set([`vip ${ID}`, `vip ${OTHER}`]),
      );
    });

    it("tells the lake who entered and left, when and why", async () => {
      const write = entry();
      await opened.memberships.write([write]);
      const leave = { segmentId: "vip", definitionVersion: 4, isMember: false, cause: "time" };
      const left = membershipWrite(ID, write.next, [leave], 1_000) as MembershipWrite;
      await opened.memberships.write([left]);
      const told = new Map((await opened.rows()).map((row) => [row.evaluated_at, row]));
      expect([...told.values()].map(({ change, evaluated_at, cause }) => [change, evaluated_at, cause])).toEqual([
        ["entered", "1970-01-01T00:00:01.000Z", "trait plan"],
        // At the same instant by the clock: a turn is later than the one before it all the same.
        ["left", "1970-01-01T00:00:01.001Z", "time"],
      ]);
      expect((await opened.memberships.of([ID])).get(ID)?.memberships).toEqual({});
    });

    it("makes a judgement only while what it was judged by stands", async () => {
      const component = { kind: "component" as const, version: 1, component: emptyComponent };
      await opened.store.write([[{ key: KEY, expected: 0, next: component }]]);
      const judged = (version: number) => entry(ID, "vip", { judgedBy: { key: KEY, version } });
      expect(await opened.memberships.write([judged(2)])).toEqual(new Set([0]));
      expect((await opened.memberships.of([ID])).size).toBe(0);
      expect(await opened.memberships.write([judged(1)])).toEqual(new Set());
      expect(await opened.rows()).toHaveLength(1);
    });

    it("says whose time has come, until it is moved or taken away", async () => {
      const [one, other] = [entry(ID, "vip", { dueAt: 5_000 }), entry(OTHER, "vip", { dueAt: 6_000 })];
      await opened.memberships.write([one, other]);
      const due = async (now: number) => new Set(await opened.memberships.due(now, 10));
      expect(await due(4_999)).toEqual(new Set());
      expect(await due(5_000)).toEqual(new Set([ID]));
      expect(await due(6_000)).toEqual(new Set([ID, OTHER]));
      expect(await opened.memberships.due(6_000, 1)).toHaveLength(1);
      await opened.memberships.write([
        membershipWrite(ID, one.next, [], 7_000, { dueAt: 9_000 }) as MembershipWrite,
        membershipWrite(OTHER, other.next, [], 7_000, { dueAt: null }) as MembershipWrite,
      ]);
      expect(await due(8_999)).toEqual(new Set());
      expect(await due(9_000)).toEqual(new Set([ID]));
    });
  });
}
