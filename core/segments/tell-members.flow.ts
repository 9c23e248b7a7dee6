import type { EpochMs } from "#core/kernel/time.ts";
import { SECOND } from "#core/kernel/time.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { MembershipStore } from "#core/segments/ports.ts";
import { type MembershipRecord, type MembershipWrite, membershipWrite, noMemberships } from "./realtime/membership.ts";
import type { SegmentChangeRow } from "./segment-change-row.ts";

export interface TellTerms {
  /** By how much the lake may be behind the profiles, in ms. */
  readonly lagMs: number;
}

/** Beyond this, profiles change as fast as we look at them, which is not to be believed. */
const MOST_TRIES = 10;

/**
 * Tells what a snapshot found to those who keep who is in which segment, profile by profile; they tell the lake. What
 * holds already changes nothing, so that telling twice is telling once.
 */
export const tellMembers =
  (memberships: Pick<MembershipStore, "of" | "write">, terms: TellTerms) =>
  async (rows: readonly SegmentChangeRow[]): Promise<void> => {
    let left = rows;
    for (let tries = 0; left.length > 0; tries++) {
      if (tries >= MOST_TRIES) throw new Error(`${left.length} profiles changed each time they were looked at`);
      const records = await memberships.of(left.map(idOf));
      const asked = left.flatMap((row) => {
        const write = writeOf(row, records.get(idOf(row)) ?? noMemberships, terms);
        return write === undefined ? [] : [{ row, write }];
      });
      if (asked.length === 0) return;
      const refused = await memberships.write(asked.map(({ write }) => write));
      left = asked.filter((_, position) => refused.has(position)).map(({ row }) => row);
    }
  };

const idOf = ({ profile_id }: SegmentChangeRow): ProfileId => profile_id as ProfileId;

function writeOf(row: SegmentChangeRow, record: MembershipRecord, terms: TellTerms): MembershipWrite | undefined {
  const now = Date.parse(row.evaluated_at);
  if (knowsBetter(record, now, terms)) return undefined;
  const verdict = {
    segmentId: row.segment_id,
    definitionVersion: row.definition_version,
    isMember: row.change === "entered",
    cause: row.cause,
  };
  return membershipWrite(idOf(row), record, [verdict], now);
}

/** Runs of one instant move a profile's last change on by a millisecond each: within this it was one of them. */
const ONE_INSTANT = SECOND;

/**
 * Whether the profile changed so lately that the lake may not have heard of why: between the time up to which the lake
 * is complete and our instant, or after it. Then real time has the word, and the next run looks again.
 */
const knowsBetter = ({ changedAt }: MembershipRecord, now: EpochMs, { lagMs }: TellTerms): boolean =>
  (changedAt > now - lagMs && changedAt < now) || changedAt >= now + ONE_INSTANT;
