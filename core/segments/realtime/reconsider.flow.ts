import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { KnownBeside } from "#core/segments/person.ts";
import { judge, outOf } from "./judge.ts";
import { knownPersonOf } from "./known-person.ts";
import { type MembershipRecord, type MembershipWrite, membershipWrite, noMemberships } from "./membership.ts";
import { type ProfilePlace, placesOf } from "./places.flow.ts";
import type { ReactPorts, ReactTerms } from "./react.flow.ts";
import { seenIn } from "./seen-profiles.ts";
import type { ReadySegment } from "./segment-set.ts";

/** What made us look at a profile again. */
export interface Reasons {
  readonly causeOf: (segment: ReadySegment) => string;
  /** Whether memberships in segments that are no more end now: said only by who has just read which there are. */
  readonly isSwept?: boolean;
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
    const records = await ports.memberships.of(open);
    const beside = await ports.beside?.of(open);
    const writes = open.flatMap((id): readonly MembershipWrite[] => {
      const said = { record: records.get(id) ?? noMemberships, beside: beside?.get(id) };
      const write = writeFor(id, places.get(id), said, reasons.get(id) as Reasons, terms);
      return write === undefined ? [] : [write];
    });
    const refused = writes.length === 0 ? new Set<number>() : await ports.memberships.write(writes);
    made.push(...writes.filter((_, position) => !refused.has(position)));
    open = [...refused].map((position) => (writes[position] as MembershipWrite).profileId);
  }
  return made;
}

interface Said {
  readonly record: MembershipRecord;
  readonly beside: KnownBeside | undefined;
}

function writeFor(
  id: ProfileId,
  place: ProfilePlace | undefined,
  { record, beside }: Said,
  { causeOf, isSwept = false }: Reasons,
  { segments, rules, now }: ReactTerms,
): MembershipWrite | undefined {
  const { groups, following } = seenIn(place?.stored, rules);
  const judged = place === undefined ? {} : { judgedBy: { key: place.key, version: place.stored.version } };
  const group = groups.find((each) => each.id === id);
  if (group === undefined) {
    const verdicts = outOf(record, Object.keys(record.memberships), "merge");
    return membershipWrite(id, record, verdicts, now, { ...judged, dueAt: null });
  }
  const person = knownPersonOf(group, following, beside);
  const { verdicts, dueAt } = judge(person, record, { segments: segments.all, isWhole: true, causeOf }, now);
  const ended = isSwept ? Object.keys(record.memberships).filter((segmentId) => !segments.ids.has(segmentId)) : [];
  const all = [...verdicts, ...outOf(record, ended, "definition")];
  return membershipWrite(id, record, all, now, { ...judged, dueAt });
}
