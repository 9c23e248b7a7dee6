import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { ListLinkKeys, ListPart, ListPartPlace } from "./list-link.ts";
import type { StandsBeside } from "./person.ts";
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

/** What of everything beside profiles somebody asks for. */
export interface WantedBeside {
  readonly computed: boolean;
  /** Ids of imported lists. */
  readonly lists: readonly string[];
}

export interface BesideProfiles {
  /**
   * What else is known of each profile, which has these identifiers: of what is wanted, as it stands after every change
   * that was answered before the call. Of a list of which it cannot be told who is on it, nothing is said.
   */
  of(
    profiles: readonly { readonly id: ProfileId; readonly keys: readonly IdentifierKey[] }[],
    wanted: WantedBeside,
  ): Promise<ReadonlyMap<ProfileId, StandsBeside>>;
}

/** The identifiers of imported lists, where they can be found one by one. */
export interface ListKeys {
  /**
   * Resolves once the link and its parts survive the death of the process. Until then the link is not there at all; what
   * is there stays as it is. The same link written again stands in its own place.
   */
  write(listId: string, link: ListLinkKeys, parts: readonly ListPart[]): Promise<void>;
  /** Every link of the list that was written whole before the call, in any order. */
  links(listId: string): Promise<readonly ListLinkKeys[]>;
  /** The parts asked for, in the order asked; `undefined` for one that is not there (any more). */
  parts(places: readonly ListPartPlace[]): Promise<readonly (ListPart | undefined)[]>;
  /** Takes away every link whose chain began before this version. Links go before their parts do. */
  remove(listId: string, beforeBase: number): Promise<void>;
}
