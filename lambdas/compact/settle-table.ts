import { runsOf, SETTLING, type SettledInS3, settledRows } from "#contracts/lake-settling.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { HOUR } from "#core/kernel/time.ts";
import { chosenFiles, dayOf, type LakeFile, nameOf, settledName } from "./choose-files.ts";

/** The objects of the lake's bucket, by key. */
export interface LakeObjects {
  /** Objects whose keys begin so, in text order. */
  files(prefix: string): Promise<readonly LakeFile[]>;
  read(key: string): Promise<string>;
  /** Writes an object that is not there yet; answers `false`, and writes nothing, where it is. */
  create(key: string, content: string): Promise<boolean>;
  /** Copies an object over whatever is there. Doing so again changes nothing. */
  copy(from: string, to: string): Promise<void>;
  /** Removes objects, those too that are gone already. */
  remove(keys: readonly string[]): Promise<void>;
}

export interface SettlePorts {
  readonly objects: LakeObjects;
  /**
   * Writes the rows of a query under a prefix, `<prefix>part=<part>/dt=<day>/<name>`, by its last two columns. May leave
   * some there and throw.
   */
  readonly unload: (rows: string, prefix: string) => Promise<void>;
  /** The key's address, as Athena's `$path` has it. */
  readonly pathOf: (key: string) => string;
  readonly clock: Clock;
}

/** What a call did, in files. */
export interface Settled {
  /** Files of settled rows that were shown. */
  readonly shown: number;
  /** Files that were removed, their rows being in those. */
  readonly removed: number;
}

/** What a run read, and what takes its place. Written once, whole, before any of it is shown. */
interface Run {
  readonly number: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly { readonly from: string; readonly to: string }[];
}

/** A table, and by whom it is settled: who died leaves nothing behind that another takes for its own. */
interface Task {
  readonly table: SettledInS3;
  readonly attempt: string;
}

/** No query takes as long (Athena ends them at 30 minutes): until then files that are settled stay for those that began. */
export const GRACE_MS = 2 * HOUR;
/** Runs are remembered for longer than any call lasts: one that slept may not take the number of a run that is over. */
const REMEMBERED = 200;

/**
 * Settles what ripened in a table. It may be called twice, die anywhere and be taken up again: rows that are settled
 * hide themselves as they came, so files may be shown and removed in any order and as often as you like. What may not be
 * is that two runs settle at once, each without knowing of the other: therefore a run takes the number after the last
 * one's, by an object that can be created once, and begins only when that one's files are shown, and what they replace is
 * gone.
 */
export async function settleTable(ports: SettlePorts, task: Task): Promise<Settled> {
  const last = await lastRun(ports, task.table);
  if (last === undefined || last.marks.has("done")) return begin(ports, task, (last?.run.number ?? 0) + 1);
  const finished = await finish(ports, task, last);
  // Its files as they came are still there, and would be settled again.
  if (!finished.isDone) return finished;
  const { shown, removed } = await begin(ports, task, last.run.number + 1);
  return { shown: finished.shown + shown, removed: finished.removed + removed };
}

const NOTHING: Settled = { shown: 0, removed: 0 };

/** Settles the next files, and shows what came of it. */
async function begin(ports: SettlePorts, task: Task, number: number): Promise<Settled> {
  const run = await prepare(ports, task, number);
  if (run === undefined) return NOTHING;
  const isOurs = await ports.objects.create(`${keyOf(task.table, number)}run.json`, JSON.stringify(run));
  return isOurs ? await show(ports, task, run) : NOTHING;
}

/** Where a run is kept: itself as `run.json`, when it was shown as `shown`, and that it is over as `done`. */
const keyOf = (table: SettledInS3, number: number): string => `${runsOf(table)}${String(number).padStart(10, "0")}/`;

/** What is known of the last run, and what is kept of those long over. */
interface Last {
  readonly run: Run;
  readonly marks: ReadonlySet<string>;
  readonly longOver: readonly string[];
}

async function lastRun({ objects }: SettlePorts, table: SettledInS3): Promise<Last | undefined> {
  const keys = (await objects.files(runsOf(table))).map(({ key }) => key);
  const last = keys.at(-1);
  if (last === undefined) return undefined;
  const folder = last.slice(0, -nameOf(last).length);
  const marks = new Set(keys.filter((key) => key.startsWith(folder)).map(nameOf));
  const run = JSON.parse(await objects.read(`${folder}run.json`)) as Run;
  const remembered = keyOf(table, Math.max(0, run.number - REMEMBERED));
  return { run, marks, longOver: keys.filter((key) => key < remembered) };
}

/** Shows a run's files if that was not done; and when no query can still be reading them, removes what they replace. */
async function finish(
  ports: SettlePorts,
  task: Task,
  { run, marks, longOver }: Last,
): Promise<Settled & { readonly isDone: boolean }> {
  if (!marks.has("shown")) return { ...(await show(ports, task, run)), isDone: false };
  const { objects, clock } = ports;
  const shownAt = Number(await objects.read(`${keyOf(task.table, run.number)}shown`));
  if (clock() < shownAt + GRACE_MS) return { ...NOTHING, isDone: false };
  await objects.remove(run.inputs);
  await objects.remove(run.outputs.map(({ from }) => from));
  await objects.remove(longOver);
  await objects.create(`${keyOf(task.table, run.number)}done`, "");
  return { shown: 0, removed: run.inputs.length, isDone: true };
}

/** The time is written behind the last file: queries that did not see it began before. */
async function show({ objects, clock }: SettlePorts, { table }: Task, { number, outputs }: Run): Promise<Settled> {
  for (const { from, to } of outputs) await objects.copy(from, to);
  await objects.create(`${keyOf(table, number)}shown`, String(clock()));
  return { shown: outputs.length, removed: 0 };
}

/** Settles the oldest ripe files, where nobody sees it yet; `undefined` where there are none. */
async function prepare(ports: SettlePorts, { table, attempt }: Task, number: number): Promise<Run | undefined> {
  const { objects, clock } = ports;
  const now = clock();
  const inputs = chosenFiles(table, await objects.files(`${table}/dt=`), now);
  if (inputs.length === 0) return undefined;
  // Named after the call: what one that died had staged is nobody's.
  const prefix = `${SETTLING.staged}${table}/${number}-${attempt}/`;
  const days = [...new Set(inputs.map(dayOf))];
  await ports.unload(settledRows(table, { days, paths: inputs.map(ports.pathOf) }), prefix);
  const staged = (await objects.files(prefix)).map(({ key }) => key);
  return { number, inputs, outputs: staged.map((from) => ({ from, to: placeOf(table, from, number, now) })) };
}

function placeOf(table: SettledInS3, staged: string, number: number, now: number): string {
  const part = /\/part=([a-z]+)\//.exec(staged)?.[1];
  if (part === undefined) throw new Error(`${staged} was staged outside of every part`);
  return `${table}/dt=${dayOf(staged)}/${settledName(part, now, number, nameOf(staged))}`;
}
