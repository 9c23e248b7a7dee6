import type { Defined, Definitions } from "#core/kernel/ports.ts";
import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import { type EpochMs, isoDay, isoTime } from "#core/kernel/time.ts";
import type { ResolvedCondition } from "./condition.ts";
import { resolveSegments } from "./resolve-segments.ts";
import type { SegmentChangeRow } from "./segment-change-row.ts";
import type { SegmentDefinition } from "./segment-definition.ts";
import { type SnapshotStep, snapshotSteps } from "./snapshot-changes.flow.ts";
import { NO_SNAPSHOT, type SnapshotRun, type SnapshotState, type TellingSnapshot } from "./snapshot-state.ts";

/** Lists of profile ids, each taken once by one query and never changed. */
export interface SnapshotStore {
  /**
   * Evaluates a query whose one column is `profile_id` and keeps its rows, in text order, under a name that was never
   * used: whole, or not at all.
   */
  take(segmentId: string, snapshot: string, sql: string): Promise<void>;
  /** The ids of a list that was taken, in text order, a piece at a time. */
  read(segmentId: string, snapshot: string): AsyncIterable<string>;
  /** Forgets a list, if it is there. */
  drop(segmentId: string, snapshot: string): Promise<void>;
}

export interface SnapshotPorts {
  readonly segments: Pick<Definitions<SegmentDefinition>, "get" | "list">;
  readonly states: Definitions<SnapshotState>;
  readonly store: SnapshotStore;
  /** A query of the lake's dialect with one column, `profile_id`, and a row for each person the condition means. */
  readonly segmentSql: (condition: ResolvedCondition, now: EpochMs) => string;
  /**
   * Resolves once what is to be told is durable. The same rows may be told again, whole or in part; they count once.
   * Whoever is told may know better of somebody: then nothing changes, and the next run looks again.
   */
  readonly tell: (rows: readonly SegmentChangeRow[]) => Promise<void>;
}

export interface SnapshotReport {
  /** `paused`: time ran out, ask for the same run again. `superseded`: a run of a later instant counts already. */
  readonly kind: "finished" | "paused" | "superseded";
  readonly members: number;
  readonly entered: number;
  readonly left: number;
}

export interface SnapshotOptions {
  /** Asked after each page; a run that may not go on pauses. */
  readonly mayGoOn?: () => boolean;
}

/** Changes told at once. */
const PAGE = 500;
/** People passed between two notes of how far a run is: what may be told again after a death. */
const NOTE_EVERY = 20_000;

/**
 * Evaluates a segment at one instant and tells who is to come in and who to leave, by what the lake holds of its members.
 * All or nothing: whom the run found is fixed before anybody hears of it, and once the first change was told the run is
 * carried to its end, whoever dies, before another run of the segment is begun. A segment that is archived or gone has
 * nobody in it. Throws where a port fails; the run is then asked for again, under the same name.
 *
 * The difference is taken from who is in, not from the run before: so whatever others told in between, and whatever was
 * not told for good reason, the next run finds and puts right.
 */
export async function snapshotSegment(
  ports: SnapshotPorts,
  run: SnapshotRun,
  options: SnapshotOptions = {},
): Promise<SnapshotReport | Rejection> {
  for (;;) {
    const state = await stateOf(ports, run.segmentId);
    const { telling, committed } = state.definition;
    if (telling !== null) {
      const told = await carryOn(ports, state, telling, options);
      if (told === undefined) continue; // Somebody else carries the same run on: look again.
      if (told.kind === "paused" || telling.runId === run.runId) return told;
      continue;
    }
    if (committed !== null && committed.runId === run.runId) return report("finished", committed.members);
    if (committed !== null && committed.now >= run.now) return report("superseded", committed.members);
    const refused = await take(ports, run, state);
    if (refused !== undefined) return refused;
  }
}

const report = (kind: SnapshotReport["kind"], members: number): SnapshotReport => ({
  kind,
  members,
  entered: 0,
  left: 0,
});

/** Under which id a segment's state is kept is the segment's own; version 0 is none yet. */
async function stateOf({ states }: SnapshotPorts, segmentId: string): Promise<Defined<SnapshotState>> {
  return (await states.get(segmentId)) ?? { id: segmentId, version: 0, updatedAt: 0, definition: NO_SNAPSHOT };
}

/**
 * Fixes whom the run finds: claims the state, so that the list has a name of its own, takes the list, and names it.
 * Where another was first with this segment, it takes nothing: the caller looks again.
 */
async function take(
  ports: SnapshotPorts,
  { segmentId, runId, now }: SnapshotRun,
  state: Defined<SnapshotState>,
): Promise<Rejection | undefined> {
  const asked = await questionOf(ports, segmentId, now);
  if (isRejection(asked)) return asked;
  const { committed, taking, leftOver } = state.definition;
  for (const old of leftOver) await drop(ports, segmentId, old);
  const snapshot = `${runId}.${state.version + 1}`;
  const overtaken = taking === null ? [] : [taking];
  const claim: SnapshotState = { committed, telling: null, taking: snapshot, leftOver: overtaken };
  const claimed = await ports.states.put(segmentId, claim, state.version);
  if (claimed === undefined) return undefined;
  await ports.store.take(segmentId, was(snapshot), membersSql(segmentId));
  await ports.store.take(segmentId, is(snapshot), asked.sql);
  const telling = { runId, now, definitionVersion: asked.definitionVersion, snapshot, ...TOLD_NOBODY };
  const named = await ports.states.put(segmentId, { ...claim, taking: null, telling }, claimed.version);
  if (named === undefined) await drop(ports, segmentId, snapshot);
  return undefined;
}

/** The two lists of a run: who was in by what the lake had heard, and who is. */
const was = (snapshot: string): string => `${snapshot}.was`;
const is = (snapshot: string): string => `${snapshot}.is`;

async function drop({ store }: SnapshotPorts, segmentId: string, snapshot: string): Promise<void> {
  for (const list of [was(snapshot), is(snapshot)]) await store.drop(segmentId, list);
}

const membersSql = (segmentId: string): string =>
  `SELECT profile_id FROM segment_members WHERE segment_id = '${segmentId.replaceAll("'", "''")}'`;

const TOLD_NOBODY = { after: null, members: 0, entered: 0, left: 0 };

/** A query that nobody is meant by. */
const NOBODY = "SELECT profile_id FROM profiles WHERE FALSE";

async function questionOf(
  { segments, segmentSql }: SnapshotPorts,
  segmentId: string,
  now: EpochMs,
): Promise<{ readonly sql: string; readonly definitionVersion: number } | Rejection> {
  const found = await segments.get(segmentId);
  if (found === undefined) return { sql: NOBODY, definitionVersion: 0 };
  if (found.definition.archived === true) return { sql: NOBODY, definitionVersion: found.version };
  const conditions = new Map((await segments.list()).map(({ id, definition }) => [id, definition.condition]));
  const resolved = resolveSegments(found.definition.condition, (id) => conditions.get(id));
  if (isRejection(resolved)) return resolved;
  return { sql: segmentSql(resolved, now), definitionVersion: found.version };
}

/** Tells what is left to tell of a run, and commits it. `undefined` where another did at the same time. */
async function carryOn(
  ports: SnapshotPorts,
  begun: Defined<SnapshotState>,
  telling: TellingSnapshot,
  { mayGoOn = () => true }: SnapshotOptions,
): Promise<SnapshotReport | undefined> {
  let [state, told, noted]: [Defined<SnapshotState> | undefined, TellingSnapshot, number] = [begun, telling, 0];
  for await (const page of pagesOf(stepsOf(ports, begun, telling))) {
    const rows = page.flatMap((step) => rowOf(begun.id, telling, step));
    if (rows.length > 0) await ports.tell(rows);
    told = counted(told, page);
    noted += page.length;
    const pauses = !mayGoOn();
    if (!pauses && noted < NOTE_EVERY) continue;
    state = await ports.states.put(begun.id, { ...begun.definition, telling: told }, state.version);
    if (state === undefined) return undefined;
    if (pauses) return { kind: "paused", members: told.members, entered: told.entered, left: told.left };
    noted = 0;
  }
  const { runId, now, definitionVersion, snapshot, members, entered, left } = told;
  const committed = { runId, now, definitionVersion, members };
  const leftOver = [...begun.definition.leftOver, snapshot];
  const done = await ports.states.put(begun.id, { ...NO_SNAPSHOT, committed, leftOver }, state.version);
  return done === undefined ? undefined : { kind: "finished", members, entered, left };
}

/** What is behind the last one told of; everybody is counted, those who stayed too. */
async function* stepsOf(
  { store }: SnapshotPorts,
  { id }: Defined<SnapshotState>,
  { snapshot, after }: TellingSnapshot,
): AsyncGenerator<SnapshotStep> {
  for await (const step of snapshotSteps(store.read(id, was(snapshot)), store.read(id, is(snapshot)))) {
    if (after === null || step.profileId > after) yield step;
  }
}

/** Nothing here is of the moment of telling: told again, a row is the same row. */
function rowOf(
  segmentId: string,
  run: TellingSnapshot,
  { profileId, change }: SnapshotStep,
): readonly SegmentChangeRow[] {
  if (change === null) return [];
  return [
    {
      segment_id: segmentId,
      definition_version: run.definitionVersion,
      profile_id: profileId,
      change,
      evaluated_at: isoTime(run.now),
      cause: `snapshot:${run.runId}`,
      dt: isoDay(run.now),
    },
  ];
}

function counted(told: TellingSnapshot, page: readonly SnapshotStep[]): TellingSnapshot {
  const count = (change: SnapshotStep["change"]): number => page.filter((step) => step.change === change).length;
  const [entered, left] = [count("entered"), count("left")];
  return {
    ...told,
    after: page.at(-1)?.profileId ?? told.after,
    members: told.members + page.length - left,
    entered: told.entered + entered,
    left: told.left + left,
  };
}

async function* pagesOf(steps: AsyncIterable<SnapshotStep>): AsyncGenerator<readonly SnapshotStep[]> {
  let page: SnapshotStep[] = [];
  for await (const step of steps) {
    page.push(step);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
