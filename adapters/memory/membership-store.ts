import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { MembershipStore } from "#core/segments/ports.ts";
import {
  type JudgedBy,
  type MembershipRecord,
  type MembershipWrite,
  segmentChangeRow,
} from "#core/segments/realtime/membership.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";
import type { MemoryProfileStore } from "./profile-store.ts";

/** Keeps everything in maps: for tests, and as the plainest reading of what the port promises. */
export interface MemoryMembershipStore extends MembershipStore {
  readonly all: ReadonlyMap<ProfileId, MembershipRecord>;
  /** What the lake was told, in order. */
  readonly rows: readonly SegmentChangeRow[];
}

/** `profiles` is where that stands which writes are judged by. */
export function memoryMembershipStore(profiles: Pick<MemoryProfileStore, "all">): MemoryMembershipStore {
  const all = new Map<ProfileId, MembershipRecord>();
  const rows: SegmentChangeRow[] = [];
  const stands = ({ key, version }: JudgedBy): boolean => profiles.all.get(key)?.version === version;
  const make = ({ profileId, expected, next, changes, judgedBy }: MembershipWrite): boolean => {
    if ((all.get(profileId)?.version ?? 0) !== expected) return false;
    if (judgedBy !== undefined && !stands(judgedBy)) return false;
    all.set(profileId, next);
    rows.push(...changes.map((change) => segmentChangeRow(profileId, change)));
    return true;
  };
  return {
    all,
    rows,
    of: async (profileIds) =>
      new Map(
        profileIds.flatMap((id) => {
          const record = all.get(id);
          return record === undefined ? [] : [[id, record] as const];
        }),
      ),
    write: async (writes) => new Set(writes.flatMap((write, position) => (make(write) ? [] : [position]))),
    due: async (now, limit) =>
      [...all]
        .filter(([, { dueAt }]) => dueAt !== undefined && dueAt <= now)
        .sort(([, x], [, y]) => (x.dueAt as number) - (y.dueAt as number))
        .slice(0, limit)
        .map(([id]) => id),
  };
}
