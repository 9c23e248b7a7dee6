import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { type EpochMs, isoDay, isoTime } from "#core/kernel/time.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";

/** That somebody is in a segment: since when, by which version of its definition they came in, and why. */
export interface Membership {
  readonly definitionVersion: number;
  readonly since: EpochMs;
  readonly cause: string;
}

/** All that is kept of one profile's memberships. */
export interface MembershipRecord {
  /** Grows by one with each write; 0 where nothing was ever written. */
  readonly version: number;
  /** By segment id: those that the profile is in. */
  readonly memberships: Readonly<Record<string, Membership>>;
  /** When the profile last entered or left anything. Each change of a profile is later than the one before. */
  readonly changedAt: EpochMs;
  /** When the profile must be looked at again though nothing happens; absent where time alone changes nothing. */
  readonly dueAt?: EpochMs;
}

export const noMemberships: MembershipRecord = { version: 0, memberships: {}, changedAt: 0 };

/** A turn: from this instant on the profile is in the segment, or is not. */
export interface MembershipChange {
  readonly segmentId: string;
  readonly definitionVersion: number;
  readonly change: "entered" | "left";
  readonly at: EpochMs;
  readonly cause: string;
}

/** What the profile's memberships were judged by: the component at this key, in this version. */
export interface JudgedBy {
  readonly key: IdentifierKey;
  readonly version: number;
}

/** A profile's memberships, in the place of those of version `expected`. */
export interface MembershipWrite {
  readonly profileId: ProfileId;
  readonly expected: number;
  readonly next: MembershipRecord;
  /** What differs between the two; told to the lake once the write is made. */
  readonly changes: readonly MembershipChange[];
  /** Written only while that still stands there. Absent where the judgement came from the lake (a snapshot). */
  readonly judgedBy?: JudgedBy;
}

/** What an evaluation says of one segment: whether the profile is in, by this version, and what made it so. */
export interface Verdict {
  readonly segmentId: string;
  readonly definitionVersion: number;
  readonly isMember: boolean;
  readonly cause: string;
}

/**
 * The write that makes verdicts come true, `undefined` where they hold already. Segments without a verdict stay as they
 * are. Where `dueAt` is given it is the new timer (`null`: none); otherwise the timer stays.
 *
 * A change is always later than the profile's last one: so the lake knows the order of two that came in one
 * millisecond, and a change told twice has one time.
 */
export function membershipWrite(
  profileId: ProfileId,
  record: MembershipRecord,
  verdicts: readonly Verdict[],
  now: EpochMs,
  { dueAt, judgedBy }: { readonly dueAt?: EpochMs | null; readonly judgedBy?: JudgedBy } = {},
): MembershipWrite | undefined {
  const at = Math.max(now, record.changedAt + 1);
  const memberships: Record<string, Membership> = { ...record.memberships };
  const changes: MembershipChange[] = [];
  for (const { segmentId, definitionVersion, isMember, cause } of verdicts) {
    if (isMember === Object.hasOwn(memberships, segmentId)) continue;
    if (isMember) memberships[segmentId] = { definitionVersion, since: at, cause };
    else delete memberships[segmentId];
    changes.push({ segmentId, definitionVersion, change: isMember ? "entered" : "left", at, cause });
  }
  const timer = dueAt === undefined ? record.dueAt : (dueAt ?? undefined);
  if (changes.length === 0 && timer === record.dueAt) return undefined;
  const next: MembershipRecord = {
    version: record.version + 1,
    memberships,
    changedAt: changes.length === 0 ? record.changedAt : at,
    ...(timer === undefined ? {} : { dueAt: timer }),
  };
  return { profileId, expected: record.version, next, changes, ...(judgedBy === undefined ? {} : { judgedBy }) };
}

/** The lake's row of a change: the same however often it is told. */
export const segmentChangeRow = (
  profileId: ProfileId,
  { segmentId, definitionVersion, change, at, cause }: MembershipChange,
): SegmentChangeRow => ({
  segment_id: segmentId,
  definition_version: definitionVersion,
  profile_id: profileId,
  change,
  evaluated_at: isoTime(at),
  cause,
  dt: isoDay(at),
});
