import type { EpochMs } from "#core/kernel/time.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { KnownBeside } from "./person.ts";
import type { MembershipRecord, MembershipWrite } from "./realtime/membership.ts";

/** Who is in which segment, by profile. */
export interface MembershipStore {
  /**
   * What is kept of each profile, after every write that was answered before the call; a profile of which nothing was
   * ever written is absent. Order and repetition of ids do not matter.
   */
  of(profileIds: readonly ProfileId[]): Promise<ReadonlyMap<ProfileId, MembershipRecord>>;

  /**
   * Makes each write if its profile's record is still of version `expected`, and, where it says what it was judged by,
   * only while exactly that stands in the profile store; writes do not affect one another. Answers the positions of
   * those that were refused. Once it has answered, what was made survives the death of the process, and its changes
   * reach the lake's `segment_changes` at least once each, in the very same words each time; those of a write that was
   * refused never do. At most one write for each profile.
   */
  write(writes: readonly MembershipWrite[]): Promise<ReadonlySet<number>>;

  /**
   * Up to `limit` profiles whose timer (`dueAt`) has come by `now`. Which of them is the store's own choice, but asked
   * again and again, with those answered before dealt with, it comes to every one. The answer may be a moment old.
   */
  due(now: EpochMs, limit: number): Promise<readonly ProfileId[]>;
}

export interface BesideProfiles {
  /**
   * What else is known of each profile: computed traits and lists, as far as they can be told at once. What is absent is
   * not known, and decides nothing.
   */
  of(profileIds: readonly ProfileId[]): Promise<ReadonlyMap<ProfileId, KnownBeside>>;
}
