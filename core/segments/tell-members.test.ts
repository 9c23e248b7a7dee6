import { describe, expect, it } from "vitest";
import { isoDay, isoTime, MINUTE } from "#core/kernel/time.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { MembershipStore } from "./ports.ts";
import { type MembershipRecord, type MembershipWrite, noMemberships } from "./realtime/membership.ts";
import type { SegmentChangeRow } from "./segment-change-row.ts";
import { tellMembers } from "./tell-members.flow.ts";

const NOW = Date.UTC(2026, 10, 2, 10);
const LAG = 15 * MINUTE;
const id = (name: string): ProfileId => name as ProfileId;

const row = (profile: string, change: "entered" | "left", segment = "vip"): SegmentChangeRow => ({
  segment_id: segment,
  definition_version: 3,
  profile_id: profile,
  change,
  evaluated_at: isoTime(NOW),
  cause: "snapshot:r1",
  dt: isoDay(NOW),
});

/** Keeps records as a store does; `meanwhile` is what somebody else does between a look and the write behind it. */
function storeOf(records: Readonly<Record<string, MembershipRecord>> = {}, meanwhile: (() => void)[] = []) {
  const kept = new Map(Object.entries(records));
  const made: MembershipWrite[] = [];
  const store: Pick<MembershipStore, "of" | "write"> = {
    of: async (ids) =>
      new Map(ids.flatMap((each) => (kept.has(each) ? [[each, kept.get(each) ?? noMemberships]] : []))),
    write: async (writes) => {
      meanwhile.shift()?.();
      const refused = new Set<number>();
      for (const [position, write] of writes.entries()) {
        if ((kept.get(write.profileId)?.version ?? 0) !== write.expected) refused.add(position);
        else {
          kept.set(write.profileId, write.next);
          made.push(write);
        }
      }
      return refused;
    },
  };
  return { kept, made, tell: tellMembers(store, { lagMs: LAG }) };
}

const changes = (made: readonly MembershipWrite[]) =>
  made.flatMap((write) => write.changes.map(({ segmentId, change }) => `${write.profileId} ${change} ${segmentId}`));

const changedAt = (at: number): MembershipRecord => ({ ...noMemberships, version: 1, changedAt: at });

describe("what a snapshot found", () => {
  it("is told once, however often it is told", async () => {
    const { made, kept, tell } = storeOf();
    await tell([row("a", "entered"), row("b", "entered")]);
    await tell([row("a", "entered"), row("b", "entered"), row("c", "left")]);
    await tell([row("a", "left")]);
    expect(changes(made)).toEqual(["a entered vip", "b entered vip", "a left vip"]);
    expect(kept.get("b")?.memberships.vip).toEqual({ definitionVersion: 3, since: NOW, cause: "snapshot:r1" });
  });

  it("of several segments of one run is told of one profile one after the other", async () => {
    const { made, tell } = storeOf();
    for (const segment of ["s1", "s2", "s3"]) await tell([row("a", "entered", segment)]);
    expect(made.flatMap((write) => write.changes.map(({ at }) => at))).toEqual([NOW, NOW + 1, NOW + 2]);
  });

  it("is told again of those whom somebody else wrote meanwhile, by what stands there then", async () => {
    const world = storeOf({ a: changedAt(NOW - LAG) }, [
      () => world.kept.set(id("a"), { ...changedAt(NOW - LAG), version: 2 }),
    ]);
    await world.tell([row("a", "entered"), row("b", "entered")]);
    expect(changes(world.made)).toEqual(["b entered vip", "a entered vip"]);
  });

  it("changes nothing where real time may know what the lake does not", async () => {
    const { made, tell } = storeOf({
      late: changedAt(NOW - LAG + 1),
      after: changedAt(NOW + 5 * MINUTE),
      settled: changedAt(NOW - LAG),
    });
    await tell([row("late", "entered"), row("after", "entered"), row("settled", "entered")]);
    expect(changes(made)).toEqual(["settled entered vip"]);
  });

  it("gives up on profiles that never stand still", async () => {
    const world = storeOf(
      {},
      Array.from({ length: 20 }, (_, nth) => () => {
        world.kept.set("a", { ...noMemberships, version: nth + 1 });
      }),
    );
    await expect(world.tell([row("a", "entered")])).rejects.toThrow("changed each time");
  });
});
