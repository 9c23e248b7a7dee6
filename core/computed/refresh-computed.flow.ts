import type { Clock, Defined, Definitions, LakeWriter } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ComputedChangeRow } from "./computed-change-row.ts";
import type { ComputedTrait } from "./computed-trait.ts";
import { changedIn, changeRow } from "./decide-changes.ts";
import { type LakeMarks, marksOf, movedPeriods } from "./lake-marks.ts";
import type { Asked, ComputedLake, ComputedStore, Page, People } from "./ports.ts";
import { type OpenRun, REFRESH_STATE_ID, type RefreshState, takenOver, traitsMark } from "./refresh-state.ts";
import { edgesBetween } from "./window-edges.ts";

export interface RefreshPorts {
  readonly clock: Clock;
  readonly traits: Definitions<ComputedTrait>;
  readonly state: Definitions<RefreshState>;
  readonly measured: ComputedLake;
  readonly store: ComputedStore;
  readonly lake: LakeWriter<{ readonly computed_changes: ComputedChangeRow }>;
  /** How long rows usually take to be readable, in ms. What takes longer is found too, and costs more. */
  readonly usualDelay: number;
}

export interface RefreshReport {
  /** `paused`: it was told to stop; the next refresh goes on with it. `idle`: there are no traits, and none are left over. */
  readonly kind: "finished" | "paused" | "idle";
  readonly run: number;
  /** The instant the values are of. */
  readonly now: EpochMs;
  readonly looked: number;
  readonly changed: number;
}

export interface RefreshOptions {
  /** Measures everybody, whatever is known of who may have changed. */
  readonly full?: boolean;
  readonly mayGoOn?: () => boolean;
}

/**
 * Brings every profile's computed traits to what the lake says now: those of people whose events, identity or windows
 * moved since the last refresh, or of everybody where the traits themselves changed. The lake is told before the store,
 * and before either it is noted of whom: so wherever this dies, whoever comes next tells what may have been half told
 * once more, under a higher run. One at a time: of two, one is refused.
 */
export async function refreshComputed(
  ports: RefreshPorts,
  options: RefreshOptions = {},
): Promise<RefreshReport | Rejection<"computed_trait.busy">> {
  const defined = await ports.traits.list();
  const traits = defined.map(({ definition }) => definition);
  const found = await ports.state.get(REFRESH_STATE_ID);
  const mark = traitsMark(traits);
  if (traits.length === 0 && (found === undefined || isDone(found.definition, mark))) {
    return { kind: "idle", run: found?.definition.run ?? 0, now: ports.clock(), looked: 0, changed: 0 };
  }
  const begun = await begin(ports, found, { traits, mark, full: options.full ?? false });
  return isRejection(begun) ? begun : measureAll(ports, begun, traits, options.mayGoOn ?? (() => true));
}

const isDone = ({ open, done }: RefreshState, mark: string): boolean => open === undefined && done?.traits === mark;

interface Wanted {
  readonly traits: readonly ComputedTrait[];
  readonly mark: string;
  readonly full: boolean;
}

type Kept = Defined<RefreshState>;

async function begin(ports: RefreshPorts, found: Kept | undefined, wanted: Wanted): Promise<Kept | Busy> {
  const state = found?.definition;
  const run = (state?.run ?? 0) + 1;
  const broken = state?.open && takenOver(state.open, run);
  const goesOn =
    broken !== undefined && broken.traits === wanted.mark && !(wanted.full && broken.people.kind !== "everybody");
  const open = goesOn ? broken : await newRun(ports, state?.done, { ...wanted, run, again: broken?.again ?? [] });
  return keep(ports, { ...state, run, open }, found?.version ?? 0);
}

async function newRun(
  { clock, measured, usualDelay }: RefreshPorts,
  done: RefreshState["done"],
  { traits, mark, full, run, again }: Wanted & Pick<OpenRun, "run" | "again">,
): Promise<OpenRun> {
  const now = clock();
  // Never behind the last one: what was counted there would be taken for new.
  const line = Math.max(now - usualDelay, done?.line ?? Number.NEGATIVE_INFINITY);
  const days = await measured.marks(done?.line ?? line, line);
  const isKnown = done !== undefined && done.traits === mark && !full;
  const people: People = isKnown
    ? touchedSince(done, marksOf(days, "known", done.line), traits, now)
    : { kind: "everybody" };
  return { run, now, line, marks: marksOf(days, "settled", line), traits: mark, people, after: "", again };
}

const touchedSince = (
  done: NonNullable<RefreshState["done"]>,
  known: LakeMarks,
  traits: readonly ComputedTrait[],
  now: EpochMs,
): People => ({
  kind: "touched",
  since: done.line,
  periods: movedPeriods(done.marks, known),
  edges: traits.flatMap((trait) => edgesBetween(trait, done.now, now)),
});

async function measureAll(
  ports: RefreshPorts,
  begun: Kept,
  traits: readonly ComputedTrait[],
  mayGoOn: () => boolean,
): Promise<RefreshReport | Busy> {
  const { run, now, people, after } = openIn(begun);
  const asked: Asked = { traits, now, people };
  let kept = begun;
  let [looked, changed, done] = [0, 0, after];
  for (const page of await ports.measured.pages(asked, after)) {
    if (!mayGoOn()) return pause(ports, kept, { run, now, looked, changed, after: done });
    const told = await measurePage(ports, kept, asked, page);
    if (isRejection(told)) return told;
    kept = told.kept;
    looked += told.looked;
    changed += told.changed;
    done = page.upTo;
  }
  const { line, marks, traits: mark } = openIn(kept);
  const ended = await keep(ports, { run, done: { now, line, marks, traits: mark } }, kept.version);
  return isRejection(ended) ? ended : { kind: "finished", run, now, looked, changed };
}

/** Keeps how far it came, so that whoever goes on does not measure the same people again, and again. */
async function pause(
  ports: RefreshPorts,
  kept: Kept,
  { after, ...reached }: Omit<RefreshReport, "kind"> & Pick<OpenRun, "after">,
): Promise<RefreshReport | Busy> {
  const open = { ...openIn(kept), after };
  const noted = await keep(ports, { ...kept.definition, open }, kept.version);
  return isRejection(noted) ? noted : { kind: "paused", ...reached };
}

/** Measures a page, and tells the lake and then the store what changed. */
async function measurePage(ports: RefreshPorts, kept: Kept, asked: Asked, page: Page) {
  const { measured, store, lake } = ports;
  const open = openIn(kept);
  const values = await measured.measure(asked, page);
  const writes = changedIn(values, await store.read([...values.keys()]), open);
  const { telling: _, ...rest } = open;
  if (writes.length === 0) return { kept, looked: values.size, changed: 0 };
  const noted = await keep(
    ports,
    { ...kept.definition, open: { ...rest, telling: { after: page.after, upTo: page.upTo } } },
    kept.version,
  );
  if (isRejection(noted)) return noted;
  await lake.append(
    "computed_changes",
    writes.map((write) => changeRow(write, asked.now)),
  );
  await store.write(writes);
  const done = await keep(ports, { ...kept.definition, open: { ...rest, after: page.upTo } }, noted.version);
  return isRejection(done) ? done : { kept: done, looked: values.size, changed: writes.length };
}

type Busy = Rejection<"computed_trait.busy">;

async function keep({ state }: RefreshPorts, next: RefreshState, version: number): Promise<Kept | Busy> {
  const kept = await state.put(REFRESH_STATE_ID, next, version);
  return (
    kept ??
    rejection("computed_trait.busy", "another refresh of computed traits is under way; ask again when it is done")
  );
}

function openIn({ definition }: Kept): OpenRun {
  if (definition.open === undefined) throw new Error("the refresh was not begun");
  return definition.open;
}
