import { compareText } from "#core/kernel/order.ts";

/** `identity_changes`, as far as shapes need it. `changedAt` is ISO 8601, which has the order of time. */
export interface IdentityMove {
  readonly identifier: string;
  readonly profileId: string;
  readonly version: number;
  readonly changedAt: string;
}

/** A step in which the profile of one identifier took another shape, or another name. */
export interface ShapeStep {
  readonly at: string;
  readonly version: number;
  readonly profileId: string;
  /** `null` before it was first known. */
  readonly previousProfileId: string | null;
  /** With the profile they came from, where they were in one that was not the same. */
  readonly joined: readonly { readonly identifier: string; readonly from: string | null }[];
  readonly left: readonly { readonly identifier: string; readonly to: string }[];
  /** Everybody in it after the step. */
  readonly members: readonly string[];
}

/**
 * Replays moves of identifiers between profiles and tells those that changed the profile of `followed`, earliest first.
 * The moves may come in any order, told several times, and those of other identifiers may reach back before the lake
 * heard of them: per identifier the version decides, between identifiers the time at which they were told.
 */
export function shapeSteps(moves: readonly IdentityMove[], followed: string): readonly ShapeStep[] {
  const homes = new Map<string, { readonly profileId: string; readonly version: number }>();
  const steps: ShapeStep[] = [];
  for (const together of inTurn(moves)) {
    const before = new Map([...homes].map(([identifier, { profileId }]) => [identifier, profileId]));
    for (const { identifier, profileId, version } of together) {
      const known = homes.get(identifier);
      if (known === undefined || known.version < version) homes.set(identifier, { profileId, version });
    }
    const step = stepOf(followed, before, homes, together);
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

/** Moves that one change of one component made have its version and were told at one instant. */
function inTurn(moves: readonly IdentityMove[]): readonly (readonly [IdentityMove, ...IdentityMove[]])[] {
  const first = new Map<string, IdentityMove>();
  for (const move of moves) {
    const name = JSON.stringify([move.identifier, move.version]);
    const known = first.get(name);
    if (known === undefined || move.changedAt < known.changedAt) first.set(name, move);
  }
  const turns = Map.groupBy(
    first.values(),
    ({ changedAt, version }) => `${changedAt} ${String(version).padStart(16, "0")}`,
  );
  return [...turns].sort(([x], [y]) => compareText(x, y)).map(([, turn]) => turn as [IdentityMove, ...IdentityMove[]]);
}

type Homes = ReadonlyMap<string, { readonly profileId: string }>;

function stepOf(
  followed: string,
  before: ReadonlyMap<string, string>,
  homes: Homes,
  [{ changedAt, version }]: readonly [IdentityMove, ...IdentityMove[]],
): ShapeStep | undefined {
  const now = homes.get(followed)?.profileId;
  if (now === undefined) return undefined;
  const was = before.get(followed) ?? null;
  const members = [...homes].filter(([, { profileId }]) => profileId === now).map(([identifier]) => identifier);
  const earlier = was === null ? [] : [...before].filter(([, id]) => id === was).map(([identifier]) => identifier);
  const [here, there] = [new Set(members), new Set(earlier)];
  const joined = members
    .filter((identifier) => !there.has(identifier))
    .map((identifier) => ({ identifier, from: before.get(identifier) ?? null }));
  const left = earlier
    .filter((identifier) => !here.has(identifier))
    .map((identifier) => ({ identifier, to: homes.get(identifier)?.profileId ?? "" }));
  if (joined.length === 0 && left.length === 0 && was === now) return undefined;
  return { at: changedAt, version, profileId: now, previousProfileId: was, joined, left, members: members.sort() };
}
