import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import type { ProfileStore } from "#core/profiles/ports.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { StandsBeside } from "#core/segments/person.ts";
import type { BesideProfiles, MembershipStore } from "#core/segments/ports.ts";
import { causeIn, judge, outOf, type Question } from "./judge.ts";
import { knownPersonOf } from "./known-person.ts";
import { type MembershipRecord, type MembershipWrite, membershipWrite, noMemberships } from "./membership.ts";
import { type Reasons, reconsider } from "./reconsider.flow.ts";
import { type Moved, movedBy } from "./seen-profiles.ts";
import type { ReadySegment, SegmentSet } from "./segment-set.ts";
import { standsBeside, type ToDecide } from "./stands-beside.flow.ts";

export interface ReactPorts {
  readonly store: Pick<ProfileStore, "read">;
  readonly memberships: MembershipStore;
  /** Absent: computed traits and lists are not known, and decide nothing. */
  readonly beside?: BesideProfiles;
}

/** What holds while changes are looked at. */
export interface ReactTerms {
  readonly segments: SegmentSet;
  readonly rules: IdentityRules;
  readonly now: EpochMs;
}

/**
 * Moves the profiles that changed in and out of segments: only those segments are looked at that depend on what changed,
 * and only a profile that is in a different segment now, or has to be looked at earlier, is written. The changes of one
 * key come in order; whatever comes twice, late, or beside other writers ends the same: a write counts only while the
 * component it was judged by stands, and whoever is refused looks again at what stands now.
 *
 * Throws where a port fails; the same changes are then delivered again, and what was written is found written.
 */
export async function reactToChanges(
  ports: ReactPorts,
  changes: readonly ComponentChange[],
  terms: ReactTerms,
): Promise<{ readonly entered: number; readonly left: number }> {
  const byKey = Map.groupBy(changes, ({ key }) => key);
  const concerned = [...byKey.values()].flatMap((ofKey) => concern(ofKey, terms));
  if (concerned.length === 0) return NOTHING;
  const ids = concerned.map(({ moved }) => moved.id);
  const twice = repeated(ids);
  const records = await ports.memberships.of(ids);
  const beside = terms.segments.asksBeside
    ? await standsBeside(ports.beside, concerned.flatMap(toDecide))
    : NOTHING_BESIDE;
  const reasons = new Map<ProfileId, Reasons>();
  const writes = new Map<ProfileId, MembershipWrite>();
  for (const { moved, segments } of concerned) {
    reasons.set(moved.id, reasonsFor(moved));
    // A profile told of by two keys at once is neither's to say: it is looked up.
    if (moved.kind === "elsewhere" || twice.has(moved.id)) continue;
    const record = records.get(moved.id) ?? noMemberships;
    const write = writeFor(moved, segments, record, beside.get(moved.id), terms);
    if (write !== undefined) writes.set(moved.id, write);
    reasons.delete(moved.id);
  }
  const list = [...writes.values()];
  const refused = list.length === 0 ? NO_POSITIONS : await ports.memberships.write(list);
  const again = new Set([...refused].map((position) => (list[position] as MembershipWrite).profileId));
  for (const { moved } of concerned) if (again.has(moved.id)) reasons.set(moved.id, reasonsFor(moved));
  const looked = await reconsider(ports, reasons, terms);
  return tally([...list.filter(({ profileId }) => !again.has(profileId)), ...looked]);
}

const NOTHING = { entered: 0, left: 0 } as const;
const NO_POSITIONS: ReadonlySet<number> = new Set();
const NOTHING_BESIDE: ReadonlyMap<ProfileId, StandsBeside> = new Map();

function repeated(ids: readonly ProfileId[]): ReadonlySet<ProfileId> {
  const once = new Set<ProfileId>();
  return new Set(ids.filter((id) => once.has(id) || once.add(id) === undefined));
}

interface Concerned {
  readonly moved: Moved;
  readonly segments: readonly ReadySegment[];
}

const toDecide = ({ moved, segments }: Concerned): readonly ToDecide[] =>
  moved.kind === "changed" ? [{ group: moved.group, segments }] : [];

/** Without those that no segment asks about: of them not even the record is read. */
function concern(changes: readonly ComponentChange[], { segments, rules }: ReactTerms): readonly Concerned[] {
  return movedBy(changes, rules).flatMap((moved): readonly Concerned[] => {
    if (moved.kind !== "changed") return [{ moved, segments: [] }];
    const { changed, reshaped } = moved.difference;
    const asked = reshaped === undefined ? segments.dependingOn(changed.keys()) : segments.all;
    return asked.length === 0 ? [] : [{ moved, segments: asked }];
  });
}

function writeFor(
  moved: Exclude<Moved, { readonly kind: "elsewhere" }>,
  segments: readonly ReadySegment[],
  record: MembershipRecord,
  beside: StandsBeside | undefined,
  { now, segments: { all } }: ReactTerms,
): MembershipWrite | undefined {
  const { id, judgedBy } = moved;
  if (moved.kind === "gone") {
    const verdicts = outOf(record, Object.keys(record.memberships), "merge");
    return membershipWrite(id, record, verdicts, now, { judgedBy, dueAt: null });
  }
  const person = knownPersonOf(moved.group, moved.following, beside);
  const question: Question = { segments, isWhole: segments === all, causeOf: causeIn(moved.difference) };
  const { verdicts, dueAt } = judge(person, record, question, now);
  return membershipWrite(id, record, verdicts, now, { judgedBy, dueAt });
}

const reasonsFor = (moved: Moved): Reasons => ({
  causeOf: moved.kind === "changed" ? causeIn(moved.difference) : () => "merge",
});

export function tally(writes: readonly MembershipWrite[]): { readonly entered: number; readonly left: number } {
  const changes = writes.flatMap((write) => write.changes);
  const entered = changes.filter(({ change }) => change === "entered").length;
  return { entered, left: changes.length - entered };
}
