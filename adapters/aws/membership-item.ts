import { MEMBERSHIPS_TABLE } from "#contracts/tables.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import {
  type Membership,
  type MembershipChange,
  type MembershipRecord,
  type MembershipWrite,
  segmentChangeRow,
} from "#core/segments/realtime/membership.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";

/** Attributes by name, as the SDK gives them or as a stream's record does. */
export type MembershipItem = Readonly<Record<string, unknown>>;

/**
 * Timers lie in so many shards, which are asked one by one: a partition of the index takes about a thousand writes a
 * second, and all timers are written to the end of one if there is only one.
 */
const DUE_SHARDS = 16;
export const dueShards: readonly string[] = Array.from({ length: DUE_SHARDS }, (_, nth) => nth.toString(16));

/** An id ends in characters of a digest: as good as random. */
const shardOf = (profileId: ProfileId): string =>
  (profileId.charCodeAt(profileId.length - 2) % DUE_SHARDS).toString(16);

export function membershipItem({
  profileId,
  next,
  changes,
}: MembershipWrite): Record<string, { S: string } | { N: string }> {
  return {
    [MEMBERSHIPS_TABLE.partitionKey]: { S: profileId },
    [MEMBERSHIPS_TABLE.version]: { N: String(next.version) },
    [MEMBERSHIPS_TABLE.memberships]: { S: JSON.stringify(next.memberships) },
    [MEMBERSHIPS_TABLE.changedAt]: { N: String(next.changedAt) },
    ...(changes.length === 0 ? {} : { [MEMBERSHIPS_TABLE.changes]: { S: JSON.stringify(changes) } }),
    ...(next.dueAt === undefined
      ? {}
      : {
          [MEMBERSHIPS_TABLE.dueShard]: { S: shardOf(profileId) },
          [MEMBERSHIPS_TABLE.dueAt]: { N: String(next.dueAt) },
        }),
  };
}

/** Whether it is of this table: other tables' items have other keys. */
export const isMembershipItem = (item: MembershipItem): boolean => Object.hasOwn(item, MEMBERSHIPS_TABLE.partitionKey);

/** Throws where the item is not one of ours. */
export function membershipsIn(item: MembershipItem): readonly [ProfileId, MembershipRecord] {
  const dueAt = numberAt(item, MEMBERSHIPS_TABLE.dueAt);
  const memberships = textAt(item, MEMBERSHIPS_TABLE.memberships);
  const [version, changedAt] = [numberAt(item, MEMBERSHIPS_TABLE.version), numberAt(item, MEMBERSHIPS_TABLE.changedAt)];
  if (memberships === undefined || version === undefined || changedAt === undefined) {
    throw new Error("an item of the memberships table is no record of memberships");
  }
  const record = {
    version,
    memberships: JSON.parse(memberships) as Readonly<Record<string, Membership>>,
    changedAt,
    ...(dueAt === undefined ? {} : { dueAt }),
  };
  return [profileIdIn(item), record];
}

/** What the lake is told of a write, by what it left behind: the same rows however often the stream tells of it. */
export function segmentRowsIn(item: MembershipItem): readonly SegmentChangeRow[] {
  const text = textAt(item, MEMBERSHIPS_TABLE.changes);
  if (text === undefined) return [];
  const profileId = profileIdIn(item);
  return (JSON.parse(text) as readonly MembershipChange[]).map((change) => segmentChangeRow(profileId, change));
}

export function profileIdIn(item: MembershipItem): ProfileId {
  const id = textAt(item, MEMBERSHIPS_TABLE.partitionKey);
  if (id === undefined) throw new Error("an item of the memberships table names no profile");
  return id as ProfileId;
}

const attribute = (item: MembershipItem, name: string, type: "S" | "N"): unknown =>
  (item[name] as Readonly<Record<string, unknown>> | undefined)?.[type];

function textAt(item: MembershipItem, name: string): string | undefined {
  const text = attribute(item, name, "S");
  return typeof text === "string" ? text : undefined;
}

function numberAt(item: MembershipItem, name: string): number | undefined {
  const text = attribute(item, name, "N");
  return typeof text === "string" ? Number(text) : undefined;
}
