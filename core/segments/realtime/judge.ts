import type { EpochMs } from "#core/kernel/time.ts";
import { lookAt } from "./decider.ts";
import { NEVER } from "./decision.ts";
import type { Difference } from "./difference.ts";
import type { KnownPerson } from "./known-person.ts";
import type { MembershipRecord, Verdict } from "./membership.ts";
import type { ReadySegment } from "./segment-set.ts";

/** What is to be looked at, and what made us look. */
export interface Question {
  readonly segments: readonly ReadySegment[];
  /** Whether those are all there are: then a timer that has come is answered, too. */
  readonly isWhole: boolean;
  readonly causeOf: (segment: ReadySegment) => string;
}

export interface Judgement {
  readonly verdicts: readonly Verdict[];
  /** As `membershipWrite` takes it. */
  readonly dueAt: EpochMs | null;
}

/**
 * What the segments come to for somebody, and when to look again though nothing happens. Where nothing can be said
 * there is no verdict: who is in stays in, until a snapshot says better.
 *
 * A timer that comes too early costs a look, a timer moved with each event a write: so an earlier one stays.
 */
export function judge(person: KnownPerson, record: MembershipRecord, question: Question, now: EpochMs): Judgement {
  const look = lookAt(person, now);
  const verdicts: Verdict[] = [];
  let wanted = NEVER;
  for (const segment of question.segments) {
    const { answer, until } = segment.decide(look);
    wanted = Math.min(wanted, until);
    if (answer === undefined || answer === Object.hasOwn(record.memberships, segment.id)) continue;
    verdicts.push(verdictOn(segment, answer, question.causeOf(segment)));
  }
  const { dueAt } = record;
  const stays = dueAt !== undefined && dueAt <= wanted && (dueAt > now || !question.isWhole);
  return { verdicts, dueAt: stays ? dueAt : wanted === NEVER ? null : wanted };
}

const verdictOn = ({ id, version }: ReadySegment, isMember: boolean, cause: string): Verdict => ({
  segmentId: id,
  definitionVersion: version,
  isMember,
  cause,
});

/** Out of everything, for one reason. */
export const outOf = (record: MembershipRecord, ids: readonly string[], cause: string): readonly Verdict[] =>
  ids.flatMap((segmentId) => {
    const membership = record.memberships[segmentId];
    return membership === undefined
      ? []
      : [{ segmentId, definitionVersion: membership.definitionVersion, isMember: false, cause }];
  });

/** The one cause among all that changed: what the segment depends on, events before words. */
export function causeIn({ changed, reshaped }: Difference): (segment: ReadySegment) => string {
  return ({ dependencies }) => {
    if (reshaped === "merge" || reshaped === "split") return reshaped;
    const causes = [...changed].filter(([name]) => dependencies.has(name)).map(([, words]) => words);
    return causes.find((words) => words.startsWith("event ")) ?? causes[0] ?? reshaped ?? "time";
  };
}
