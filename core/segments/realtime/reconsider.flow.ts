import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { ProfileGroup } from "#core/profiles/profiles-of.ts";
import type { StandsBeside } from "#core/segments/person.ts";
import { judge, outOf } from "./judge.ts";
import { knownPersonOf } from "./known-person.ts";
import {
  type JudgedBy,
  type MembershipRecord,
  type MembershipWrite,
  membershipWrite,
  noMemberships,
} from "./membership.ts";
import { type ProfilePlace, placesOf } from "./places.flow.ts";
import type { ReactPorts, ReactTerms } from "./react.flow.ts";
import { type SeenComponent, seenIn } from "./seen-profiles.ts";
import type { ReadySegment } from "./segment-set.ts";
import { standsBeside, type ToDecide } from "./stands-beside.flow.ts";

/** What made us look at a profile again. */
export interface Reasons {
  readonly causeOf: (segment: ReadySegment) => string;
  /** The segments to look at; absent: all of them. */
  readonly segments?: readonly ReadySegment[];
  /** Whether memberships in segments that are no more end now: said only by who has just read which there are. */
  readonly isSwept?: boolean;
  /**
   * Whether something moved that stands beside the profile (`BesideProfiles`), of which its component knows nothing. Then
   * the record is written even where nobody turns: whoever judged by what stood there before is refused and looks again.
   */
  readonly besideMoved?: boolean;
}

/** Above this others write the profile all the time; whoever asks comes again later. */
const MAX_ATTEMPTS = 12;

/**
 * Looks at profiles as they stand now, at every segment, and writes what differs. Where something moved in the meantime
 * it is refused and looks again. `known` are places that were just read: a write by one that has moved is refused too.
 * Answers the writes that were made.
 */
export async function reconsider(
  ports: ReactPorts,
  reasons: ReadonlyMap<ProfileId, Reasons>,
  terms: ReactTerms,
  known?: ReadonlyMap<ProfileId, ProfilePlace>,
): Promise<readonly MembershipWrite[]> {
  const made: MembershipWrite[] = [];
  let open = [...reasons.keys()];
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt >= MAX_ATTEMPTS)
      throw new Error(`others write the memberships of ${open.length} profiles all the time`);
    const places = attempt === 0 && known !== undefined ? known : await placesOf(ports.store, open);
    const looks = open.map((id) => lookAt(id, places.get(id), reasons.get(id) as Reasons, terms));
    const records = await ports.memberships.of(open);
    const beside = await standsBeside(terms.segments.asksBeside ? ports.beside : undefined, looks.flatMap(toDecide));
    const writes = looks.flatMap((look): readonly MembershipWrite[] => {
      const write = writeFor(look, records.get(look.id) ?? noMemberships, beside.get(look.id), terms);
      return write === undefined ? [] : [write];
    });
    const refused = writes.length === 0 ? new Set<number>() : await ports.memberships.write(writes);
    made.push(...writes.filter((_, position) => !refused.has(position)));
    open = [...refused].map((position) => (writes[position] as MembershipWrite).profileId);
  }
  return made;
}

/** A profile as it stands: without a group there is none of that id. */
interface Look {
  readonly id: ProfileId;
  readonly reasons: Reasons;
  readonly segments: readonly ReadySegment[];
  readonly group: ProfileGroup | undefined;
  readonly following: SeenComponent["following"];
  readonly judgedBy?: JudgedBy;
}

function lookAt(
  id: ProfileId,
  place: ProfilePlace | undefined,
  reasons: Reasons,
  { segments, rules }: ReactTerms,
): Look {
  const { groups, following } = seenIn(place?.stored, rules);
  const group = groups.find((each) => each.id === id);
  const judged = place === undefined ? {} : { judgedBy: { key: place.key, version: place.stored.version } };
  return { id, reasons, segments: reasons.segments ?? segments.all, group, following, ...judged };
}

const toDecide = ({ group, segments }: Look): readonly ToDecide[] => (group === undefined ? [] : [{ group, segments }]);

function writeFor(
  { id, reasons, segments, group, following, judgedBy }: Look,
  record: MembershipRecord,
  beside: StandsBeside | undefined,
  { segments: { all, ids }, now }: ReactTerms,
): MembershipWrite | undefined {
  const judged = judgedBy === undefined ? {} : { judgedBy };
  if (group === undefined) {
    const verdicts = outOf(record, Object.keys(record.memberships), "merge");
    return membershipWrite(id, record, verdicts, now, { ...judged, dueAt: null });
  }
  const { causeOf, isSwept = false, besideMoved = false } = reasons;
  const question = { segments, isWhole: segments === all, causeOf };
  const { verdicts, dueAt } = judge(knownPersonOf(group, following, beside), record, question, now);
  const ended = isSwept ? Object.keys(record.memberships).filter((segmentId) => !ids.has(segmentId)) : [];
  const told = [...verdicts, ...outOf(record, ended, "definition")];
  const write = membershipWrite(id, record, told, now, { ...judged, dueAt });
  return write ?? (besideMoved ? untold(id, record) : undefined);
}

/** Nothing but a version: it says that whatever was judged before was judged by something else. */
const untold = (profileId: ProfileId, record: MembershipRecord): MembershipWrite => ({
  profileId,
  expected: record.version,
  next: { ...record, version: record.version + 1 },
  changes: [],
});
