import type { BadEvent } from "#core/events/bad-event.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { type Conditions, conditionsOf } from "./let-in.flow.ts";
import { eventsOf, type RecoveryOutcome, type Settlement, settle } from "./outcome.ts";
import type { RecoveryClaim, RecoveryPorts } from "./ports.ts";
import { type Attempt, recoverBadEvent } from "./recover-bad-event.ts";
import type { RecoveryRule } from "./rule.ts";

export interface RecoveryAsked {
  readonly rules: readonly RecoveryRule[];
  /** Tells what would become of each, and stores nothing. */
  readonly dryRun: boolean;
}

/** How many bad events are asked after, or stored, at the same time. */
const TOGETHER = 25;
/** How many events are stored at the same time, about. */
const APPENDED = 1_000;
/** How often a claim is looked for again that others make at the same moment. */
const LOOKS = 5;

/**
 * Lets bad events in, each at most once however often, by whomever and by whatever rules it is tried: the first claim
 * decides by which rules, and everything behind it can be repeated. Answers what became of each, in their order.
 */
export async function recoverBadEvents(
  ports: RecoveryPorts,
  badEvents: readonly BadEvent[],
  { rules, dryRun }: RecoveryAsked,
): Promise<readonly RecoveryOutcome[]> {
  const conditions = conditionsOf(ports);
  const look = async (bad: BadEvent): Promise<Looked> => lookAt(ports, bad, rules, await conditions(bad));
  const looked: Looked[] = [];
  for (const some of stretchesOf(badEvents, TOGETHER, () => 1)) looked.push(...(await Promise.all(some.map(look))));
  const present = await presentOf(ports, looked);
  if (dryRun) return looked.map(({ attempt }) => settle(attempt, present)?.outcome ?? untouched(attempt));
  const outcomes: RecoveryOutcome[] = [];
  for (const some of stretchesOf(looked, APPENDED, shareOf)) {
    const held = await Promise.all(some.map((one) => claimed(ports, one, rules, look)));
    outcomes.push(...(await store(ports, held, present)));
  }
  return outcomes;
}

/** It was let in before, as far as the lake or the claims know. */
interface Done {
  readonly kind: "done";
  readonly as?: string | undefined;
}

/** A bad event and what would become of it. */
interface Looked {
  readonly bad: BadEvent;
  readonly attempt: Attempt | Done;
  readonly claim?: Defined<RecoveryClaim> | undefined;
  /** The attempt is by the claim's own rules. */
  readonly isClaimed: boolean;
}

async function lookAt(
  { claims }: RecoveryPorts,
  bad: BadEvent,
  rules: readonly RecoveryRule[],
  conditions: Conditions,
): Promise<Looked> {
  if (bad.recovery !== undefined) return { bad, attempt: { kind: "done", as: bad.recovery.as }, isClaimed: false };
  const claim = await claims.get(bad.id);
  if (claim?.definition.state === "done") {
    return { bad, attempt: { kind: "done", as: claim.definition.as }, isClaimed: false };
  }
  if ("kind" in conditions) return { bad, attempt: conditions, claim, isClaimed: false };
  if (claim !== undefined) {
    const attempt = recoverBadEvent(bad, { ...conditions, rules: claim.definition.rules });
    if (letsIn(attempt)) return { bad, attempt, claim, isClaimed: true };
    // Its source or its plan has changed since: rules that let nothing in bind nobody.
  }
  return { bad, attempt: recoverBadEvent(bad, { ...conditions, rules }), claim, isClaimed: false };
}

const letsIn = (attempt: Looked["attempt"]): boolean => attempt.kind === "event" || attempt.kind === "parts";

/** The bad event with a claim that says how it is let in: ours, or that of whoever was first. */
async function claimed(
  ports: RecoveryPorts,
  one: Looked,
  rules: readonly RecoveryRule[],
  look: (bad: BadEvent) => Promise<Looked>,
): Promise<Looked> {
  let here = one;
  for (let looks = 1; letsIn(here.attempt) && !here.isClaimed; looks++) {
    if (looks > LOOKS) {
      const why = "others try to let it in at this very moment; ask again";
      return { bad: here.bad, attempt: { kind: "not_recoverable", why }, isClaimed: false };
    }
    const made: RecoveryClaim = { rules, at: ports.clock(), state: "begun" };
    const claim = await ports.claims.put(here.bad.id, made, here.claim?.version ?? 0);
    here = claim === undefined ? await look(here.bad) : { ...here, claim, isClaimed: true };
  }
  return here;
}

/** Appends events together with the rows that say they are in, then settles the claims; any of it may be repeated. */
async function store(
  { intake, claims }: RecoveryPorts,
  held: readonly Looked[],
  present: Set<string>,
): Promise<readonly RecoveryOutcome[]> {
  const settled = held.map((one) => ({ ...one, settlement: settle(one.attempt, present) }));
  const due = settled.flatMap(({ bad, claim, settlement }) =>
    claim === undefined || settlement === undefined ? [] : [{ bad, claim, settlement }],
  );
  if (due.length > 0) {
    await intake.append({
      events: due.flatMap(({ settlement }) => settlement.events),
      badEvents: due.flatMap(({ bad, claim, settlement }) => [
        ...settlement.badEvents,
        recoveredRow(bad, claim, settlement),
      ]),
    });
    await Promise.all(
      due.map(({ bad, claim: { definition, version }, settlement: { as } }) =>
        claims.put(bad.id, { ...definition, state: "done", ...(as === undefined ? {} : { as }) }, version),
      ),
    );
  }
  return settled.map(({ attempt, settlement }) => settlement?.outcome ?? untouched(attempt));
}

const recoveredRow = (bad: BadEvent, { definition }: Defined<RecoveryClaim>, { as }: Settlement): BadEvent => ({
  ...bad,
  recovery: { times: 1, at: definition.at, ...(as === undefined ? {} : { as }) },
});

function untouched(attempt: Looked["attempt"]): RecoveryOutcome {
  if (attempt.kind === "still_bad" || attempt.kind === "not_recoverable") return attempt;
  const as = attempt.kind === "done" ? attempt.as : undefined;
  return { kind: "already_recovered", ...(as === undefined ? {} : { messageId: as }) };
}

async function presentOf(ports: RecoveryPorts, looked: readonly Looked[]): Promise<Set<string>> {
  const events = looked.flatMap(({ attempt }) => eventsOf(attempt));
  if (events.length === 0) return new Set();
  const since = events.reduce((first, { receivedAt }) => Math.min(first, receivedAt), Number.POSITIVE_INFINITY);
  return new Set(await ports.present(events, since));
}

/** What one bad event takes up of an append: a body that holds many events is stored by itself. */
const shareOf = ({ attempt }: Looked): number => Math.max(APPENDED / TOGETHER, eventsOf(attempt).length);

function* stretchesOf<T>(list: readonly T[], most: number, weightOf: (item: T) => number): Generator<readonly T[]> {
  let stretch: T[] = [];
  let weight = 0;
  for (const item of list) {
    const own = weightOf(item);
    if (stretch.length > 0 && weight + own > most) {
      yield stretch;
      [stretch, weight] = [[], 0];
    }
    stretch.push(item);
    weight += own;
  }
  if (stretch.length > 0) yield stretch;
}
