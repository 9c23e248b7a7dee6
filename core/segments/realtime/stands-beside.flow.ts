import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { ProfileGroup } from "#core/profiles/profiles-of.ts";
import type { StandsBeside } from "#core/segments/person.ts";
import type { BesideProfiles } from "#core/segments/ports.ts";
import type { ReadySegment } from "./segment-set.ts";
import { besideOf } from "./wanted-beside.ts";

/** Profiles, each with the segments that are to be decided for it. */
export interface ToDecide {
  readonly group: Pick<ProfileGroup, "id" | "members">;
  readonly segments: readonly ReadySegment[];
}

const NOTHING: ReadonlyMap<ProfileId, StandsBeside> = new Map();

/**
 * What stands beside those profiles whose segments ask for it, and of that what they ask for. It is to be read after the
 * record that a write will name: whoever moves what stands there moves the record then (`Reasons.besideMoved`), so that
 * a judgement by what stood there before is refused.
 */
export async function standsBeside(
  beside: BesideProfiles | undefined,
  asked: readonly ToDecide[],
): Promise<ReadonlyMap<ProfileId, StandsBeside>> {
  const asking = asked.filter(({ segments }) => segments.some((segment) => segment.beside !== undefined));
  const wanted = besideOf(new Set(asking.flatMap(({ segments }) => segments)));
  if (beside === undefined || wanted === undefined) return NOTHING;
  const profiles = asking.map(({ group }) => ({ id: group.id, keys: group.members.map(([key]) => key) }));
  return beside.of(profiles, wanted);
}
