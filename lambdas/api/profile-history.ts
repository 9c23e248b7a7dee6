import type * as z from "zod";
import type { History } from "#contracts/http/profile-shapes.ts";
import { identifierText } from "#core/kernel/identifier.ts";
import { compareText } from "#core/kernel/order.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import type { ProfileGroup } from "#core/profiles/profiles-of.ts";
import { type IdentityMove, type ShapeStep, shapeSteps } from "#core/profiles/shape-history.ts";
import { historyWords } from "./history-words.ts";
import { omit } from "./omit.ts";
import { countOf, type Row, rowsOf, sqlText, textOf, textOrNull, timeOf } from "./sql-text.ts";

type Answer = z.input<typeof History>;
export type Entry = Answer["entries"][number];
type Act = Entry["acts"][number];

/** More than any person's; of more the latest are read. */
const MOST_MOVES = 5_000;
const MOST_ACTS = 1_000;

/**
 * How a profile came to its shape, told from the lake: what moved, and what people decided that moved it. Both are told
 * by the same change of the same component, so they have its version.
 */
export async function profileHistory(lake: LakeQuery, group: ProfileGroup, followed: string): Promise<Answer> {
  const moves = await movesAround(lake, followed);
  const steps = shapeSteps(moves, followed);
  const own = group.members.map(([, { identifier }]) => identifierText(identifier));
  const people = new Set([...own, ...moves.map(({ identifier }) => identifier)]);
  const acts = await actsAmong(lake, [...people]);
  const entries = [...stepEntries(steps, acts), ...otherEntries(steps, acts)].sort((x, y) => compareText(x.at, y.at));
  return {
    profileId: group.id,
    identifier: followed,
    entries,
    ...(moves.length >= MOST_MOVES || acts.length >= MOST_ACTS ? { truncated: true as const } : {}),
  };
}

/** All moves of all identifiers that were ever in one profile with this one. */
async function movesAround(lake: LakeQuery, followed: string): Promise<readonly IdentityMove[]> {
  const result = await lake.query(`
    SELECT identity_key, profile_id, version, min(changed_at) AS changed_at FROM identity_changes
    WHERE identity_key IN (
      SELECT identity_key FROM identity_changes
      WHERE profile_id IN (SELECT profile_id FROM identity_changes WHERE identity_key = ${sqlText(followed)})
    )
    GROUP BY identity_key, profile_id, version
    ORDER BY changed_at DESC, version DESC, identity_key LIMIT ${MOST_MOVES}`);
  return rowsOf(result).map((row) => ({
    identifier: textOf(row.identity_key),
    profileId: textOf(row.profile_id),
    version: countOf(row.version),
    changedAt: timeOf(row.changed_at),
  }));
}

interface TakenIn extends Act {
  readonly version: number;
  readonly takenInAt: string;
}

async function actsAmong(lake: LakeQuery, people: readonly string[]): Promise<readonly TakenIn[]> {
  const keys = people.map(sqlText).join(", ");
  const result = await lake.query(`
    SELECT link_id, change, act, class, verdict, identity_key_a, identity_key_b, who, reason, stated_at, version, changed_at
    FROM link_audit WHERE identity_key_a IN (${keys}) OR identity_key_b IN (${keys})
    ORDER BY changed_at DESC, stated_at DESC, change, link_id LIMIT ${MOST_ACTS}`);
  return rowsOf(result).map(actOf);
}

const actOf = (row: Row): TakenIn => ({
  act: textOf(row.act) as Act["act"],
  change: textOf(row.change) as Act["change"],
  verdict: textOf(row.verdict) as Act["verdict"],
  class: textOf(row.class) as Act["class"],
  link: textOf(row.link_id),
  a: textOf(row.identity_key_a),
  b: textOf(row.identity_key_b),
  who: textOrNull(row.who),
  reason: textOrNull(row.reason),
  at: row.stated_at == null ? null : timeOf(row.stated_at),
  version: countOf(row.version),
  takenInAt: timeOf(row.changed_at),
});

const told = (act: TakenIn): Act => omit(act, "version", "takenInAt");

/** Whether an act was taken in by the change that made a step, and speaks of somebody in it. */
const ledTo = (step: ShapeStep, { version, a, b }: TakenIn): boolean => {
  if (version !== step.version) return false;
  const concerned = new Set([...step.members, ...step.left.map(({ identifier }) => identifier)]);
  return concerned.has(a) || concerned.has(b);
};

const stepEntries = (steps: readonly ShapeStep[], acts: readonly TakenIn[]): readonly Entry[] =>
  steps.map((step) => {
    const entry = {
      kind: kindOf(step),
      at: step.at,
      profileId: step.profileId,
      previousProfileId: step.previousProfileId,
      joined: [...step.joined],
      left: [...step.left],
      acts: acts.filter((act) => ledTo(step, act)).map(told),
    };
    return { ...entry, words: historyWords(entry) };
  });

function kindOf({ previousProfileId, joined, left }: ShapeStep): Entry["kind"] {
  if (previousProfileId === null) return "began";
  if (left.length > 0) return "shrank";
  if (joined.length === 0) return "renamed";
  return joined.some(({ from }) => from !== null) ? "merged" : "grew";
}

/** Whether an act spoke of somebody who was in the profile when it was taken in. */
function concerned(steps: readonly ShapeStep[], { a, b, takenInAt }: TakenIn): boolean {
  const members = steps.findLast(({ at }) => at <= takenInAt)?.members ?? [];
  return members.includes(a) || members.includes(b);
}

/** What people decided of its members that moved nobody: each act once, however many links it spoke of. */
function otherEntries(steps: readonly ShapeStep[], acts: readonly TakenIn[]): readonly Entry[] {
  const idle = acts.filter((act) => concerned(steps, act) && !steps.some((step) => ledTo(step, act)));
  const byAct = Map.groupBy(idle, ({ act, who, at, reason, takenInAt }) =>
    JSON.stringify([act, who, at, reason, takenInAt]),
  );
  return [...byAct.values()].map((those) => {
    const entry = {
      kind: "said" as const,
      at: those[0]?.takenInAt ?? "",
      profileId: null,
      previousProfileId: null,
      joined: [],
      left: [],
      acts: those.map(told),
    };
    return { ...entry, words: historyWords(entry) };
  });
}
