import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { type ReceivedFiles, SETTLED_PREFIX, SETTLING } from "#contracts/lake-settling.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { DAY, HOUR, isoDay } from "#core/kernel/time.ts";
import { messageByMessage } from "#lambdas/middleware/message-by-message.ts";

/** The objects of the lake's bucket, by key. */
export interface LakeObjects {
  /** Keys that begin so, in text order. */
  list(prefix: string): Promise<readonly string[]>;
  read(key: string): Promise<string>;
  /** Writes an object that is not there yet; answers `false`, and writes nothing, where it is. */
  create(key: string, content: string): Promise<boolean>;
  /** Copies an object over whatever is there. Doing so again changes nothing. */
  copy(from: string, to: string): Promise<void>;
  /** Removes objects, those too that are gone already. */
  remove(keys: readonly string[]): Promise<void>;
}

export interface CompactPorts {
  readonly objects: LakeObjects;
  /** Writes the settled rows of these files under a prefix, `<prefix>dt=<day>/<name>`. May leave some there and throw. */
  readonly unload: (files: ReceivedFiles, prefix: string) => Promise<void>;
  /** The key's address, as Athena's `$path` has it. */
  readonly pathOf: (key: string) => string;
  readonly clock: Clock;
  /** Tells of each round, in numbers. */
  readonly onReport: (report: CompactReport) => void;
  readonly onTrouble: (error: unknown, messageId: string) => void;
}

export interface CompactReport {
  /** Files of settled rows that were shown. */
  readonly shown: number;
  /** Files as they came that were removed, being settled. */
  readonly removed: number;
}

/** What a run read, and what takes its place. Written once, whole, before any of it is shown. */
interface Run {
  readonly number: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly { readonly from: string; readonly to: string }[];
}

/** Firehose tries for a day to write what it has: a day is settled when nothing more can come to it. */
const RIPE_MS = 2 * DAY;
/** No query takes as long (Athena ends them at 30 minutes): until then files that are settled stay for those that began. */
export const GRACE_MS = 2 * HOUR;
/** Each is named three times in one statement, which may have 256 KB. */
const MOST_FILES = 400;

/**
 * Settles what ripened in the log. It may be called twice, die anywhere and be taken up again: rows that are settled
 * hide themselves as they came, so files may be shown and removed in any order and as often as you like. What may not be
 * is that two runs settle at once, each without knowing of the other: therefore a run takes the number after the last
 * one's, by an object that can be created once, and begins only when that one's files are shown.
 */
export const compactHandler =
  (ports: CompactPorts) =>
  (event: SQSEvent, { awsRequestId }: Pick<Context, "awsRequestId">): Promise<SQSBatchResponse> =>
    messageByMessage(event, ports.onTrouble, async ({ messageId }) =>
      ports.onReport(await compact(ports, `${awsRequestId}-${messageId}`)),
    );

async function compact(ports: CompactPorts, attempt: string): Promise<CompactReport> {
  const { run: last, marks } = await lastRun(ports);
  if (last !== undefined && !marks.has("done")) {
    const finished = await finish(ports, last, marks.has("shown"));
    // Its files as they came are still there, and would be settled again.
    if (!finished.isDone) return finished;
    return sum(finished, await begin(ports, last.number + 1, attempt));
  }
  return begin(ports, (last?.number ?? 0) + 1, attempt);
}

const NOTHING: CompactReport = { shown: 0, removed: 0 };
const sum = (a: CompactReport, b: CompactReport): CompactReport => ({
  shown: a.shown + b.shown,
  removed: a.removed + b.removed,
});

/** Settles the next files, and shows what came of it. */
async function begin(ports: CompactPorts, number: number, attempt: string): Promise<CompactReport> {
  const run = await prepare(ports, number, attempt);
  if (run === undefined) return NOTHING;
  const isOurs = await ports.objects.create(`${keyOf(number)}run.json`, JSON.stringify(run));
  return isOurs ? await show(ports, run) : NOTHING;
}

/** Where a run is kept: itself as `run.json`, when it was shown as `shown`, and that it is over as `done`. */
const keyOf = (number: number): string => `${SETTLING.runs}${String(number).padStart(10, "0")}/`;

async function lastRun({ objects }: CompactPorts): Promise<{ readonly run?: Run; readonly marks: Set<string> }> {
  const keys = await objects.list(SETTLING.runs);
  const last = keys.at(-1);
  if (last === undefined) return { marks: new Set() };
  const folder = last.slice(0, -nameOf(last).length);
  const marks = new Set(keys.filter((key) => key.startsWith(folder)).map(nameOf));
  return { run: JSON.parse(await objects.read(`${folder}run.json`)) as Run, marks };
}

/** Shows a run's files if that was not done; and when no query can still be reading them, removes what they replace. */
async function finish(ports: CompactPorts, run: Run, isShown: boolean): Promise<CompactReport & { isDone: boolean }> {
  if (!isShown) return { ...(await show(ports, run)), isDone: false };
  const { objects, clock } = ports;
  const shownAt = Number(await objects.read(`${keyOf(run.number)}shown`));
  if (clock() < shownAt + GRACE_MS) return { ...NOTHING, isDone: false };
  await objects.remove(run.inputs);
  await objects.remove(run.outputs.map(({ from }) => from));
  await objects.create(`${keyOf(run.number)}done`, "");
  return { shown: 0, removed: run.inputs.length, isDone: true };
}

/** The time is written behind the last file: queries that did not see it began before. */
async function show({ objects, clock }: CompactPorts, { number, outputs }: Run): Promise<CompactReport> {
  for (const { from, to } of outputs) await objects.copy(from, to);
  await objects.create(`${keyOf(number)}shown`, String(clock()));
  return { shown: outputs.length, removed: 0 };
}

/** Settles the oldest ripe files, where nobody sees it yet; `undefined` where there are none. */
async function prepare(ports: CompactPorts, number: number, attempt: string): Promise<Run | undefined> {
  const { objects, clock } = ports;
  const ripe = isoDay(clock() - RIPE_MS);
  const inputs = (await objects.list("events_log/dt="))
    .filter((key) => dayOf(key) < ripe && !nameOf(key).startsWith(SETTLED_PREFIX))
    .slice(0, MOST_FILES);
  if (inputs.length === 0) return undefined;
  const days = [...new Set(inputs.map(dayOf))].slice(0, MOST_DAYS);
  const taken = inputs.filter((key) => days.includes(dayOf(key)));
  // Named after the call: what one that died had staged is nobody's.
  const prefix = `${SETTLING.staged}${number}-${attempt}/`;
  await ports.unload({ days, paths: taken.map(ports.pathOf) }, prefix);
  const outputs = (await objects.list(prefix)).map((from) => ({ from, to: shownAs(from, number) }));
  return { number, inputs: taken, outputs };
}

/** Athena writes to at most so many folders at once. */
const MOST_DAYS = 100;

const nameOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1);
const dayOf = (key: string): string => /\/dt=([0-9-]{10})\//.exec(key)?.[1] ?? "9999-12-31";
const shownAs = (key: string, number: number): string =>
  `events_log/dt=${dayOf(key)}/${SETTLED_PREFIX}${number}-${nameOf(key)}`;
