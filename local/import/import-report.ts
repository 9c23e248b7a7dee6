import type { Event } from "#core/events/event.ts";
import type { ImportProgress } from "#core/imports/import-progress.ts";
import type { ImportPlan } from "#core/imports/row-plan.ts";
import { exactTotal, type Tally } from "#core/imports/tally.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { FileSurvey } from "./survey-file.ts";

/** How a run of the command ended. */
export interface ImportOutcome {
  readonly progress: ImportProgress;
  readonly survey: FileSurvey;
  readonly plan: ImportPlan;
  readonly dryRun: boolean;
  /** The row after which this run went on; 0 where it began at the first. */
  readonly resumedAfter: number;
  /** The file was imported before, so nothing was done. */
  readonly alreadyDone: boolean;
  /** From the start of the command until everything could be queried, in ms. */
  readonly tookMs: number;
  readonly rehearsal?: Rehearsal;
}

/** What only a rehearsal finds out. */
export interface Rehearsal {
  readonly samples: readonly Event[];
  readonly people: number;
  /** More people than are counted one by one. */
  readonly peopleUncounted: boolean;
  readonly problems: readonly string[];
}

const count = (value: number): string => value.toLocaleString("en-US");
const things = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;

const ENDS = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" } as Readonly<Record<string, string>>;

/** The file's form as it was detected, for people. */
export function formText({ kind, encoding, separator, compression, bytes }: FileSurvey): string {
  const form = kind === "csv" ? `CSV, separated by ${ENDS[separator] ?? `"${separator}"`}` : "JSON lines";
  const packed = compression === "none" ? "" : `, ${compression}`;
  return `${form}, ${encoding}${packed}, ${count(bytes)} bytes`;
}

/** Which expressions run as plain functions, and which are left to JSONata. */
export function expressionLines(plan: ImportPlan): readonly string[] {
  const all = plan.rows.flatMap((row) => row.expressions);
  const width = Math.max(0, ...all.map(({ path }) => path.length));
  return all.map(
    ({ path, text, quick }) =>
      `  ${path.padEnd(width)}  ${quick === undefined ? "interpreted" : "compiled   "}  ${text}`,
  );
}

/** The outcome in plain words, a line each. */
export function reportLines(outcome: ImportOutcome): readonly string[] {
  const { progress, plan, survey, dryRun, rehearsal } = outcome;
  const { tally } = progress;
  if (outcome.alreadyDone) {
    const when = isoTime(progress.finishedAt ?? progress.startedAt);
    return [
      `${survey.file} was imported by this mapping on ${when} (${things(tally.events, "event")}). Nothing to do.`,
      "To import it anew: --again. Its events have the same ids, so nothing counts twice.",
    ];
  }
  const seconds = outcome.tookMs / 1_000;
  const done = tally.rows - outcome.resumedAfter;
  const rate = `${seconds.toFixed(1)} s, ${count(Math.round(done / Math.max(seconds, 0.001)))} rows a second`;
  return [
    dryRun ? `A rehearsal: nothing was written (${rate}).` : `Imported ${survey.file} into "${plan.source}" (${rate}).`,
    ...(outcome.resumedAfter > 0 ? [`  went on after row ${count(outcome.resumedAfter)}`] : []),
    ...countLines(tally, dryRun),
    ...(rehearsal === undefined ? [] : rehearsalLines(rehearsal)),
  ];
}

function countLines(tally: Tally, dryRun: boolean): readonly string[] {
  const named = Object.entries(tally.eventsByName).map(([name, number]) => `${name} ${count(number)}`);
  const bad = Object.entries(tally.badByCode).map(([code, number]) => `${code} ${count(number)}`);
  const kept = dryRun ? "would be kept as bad events" : "kept as bad events";
  return [
    `  rows      ${count(tally.rows)}`,
    `  events    ${count(tally.events)}${named.length === 0 ? "" : ` (${named.join(", ")})`}`,
    ...(tally.skipped > 0 ? [`  skipped   ${count(tally.skipped)}, as "when" asks`] : []),
    `  refused   ${tally.badEvents === 0 ? "none" : `${count(tally.badEvents)}, ${kept}: ${bad.join(", ")}`}`,
    ...(tally.from === undefined ? [] : [`  from      ${isoTime(tally.from)} to ${isoTime(tally.to ?? tally.from)}`]),
    ...Object.entries(tally.revenue).map(([currency, sum]) => {
      const amount = exactTotal(sum).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 6 });
      return `  revenue   ${amount} ${currency}`.trimEnd();
    }),
  ];
}

function rehearsalLines({ people, peopleUncounted, samples, problems }: Rehearsal): readonly string[] {
  return [
    `  people    ${peopleUncounted ? "more than " : ""}${count(people)} identity keys`,
    ...(problems.length === 0 ? [] : ["The first refusals:", ...problems.map((text) => `  ${text}`)]),
    ...(samples.length === 0 ? [] : ["The first events:", ...samples.map((event) => `  ${JSON.stringify(event)}`)]),
  ];
}

/** The outcome for machines: one object, with names that do not change. Times are ISO 8601, sums in the currency. */
export function reportJson(outcome: ImportOutcome) {
  const { progress, survey, rehearsal } = outcome;
  const { tally } = progress;
  return {
    import: progress.id,
    file: survey.file,
    mapping: progress.mapping,
    source: progress.source,
    dryRun: outcome.dryRun,
    alreadyDone: outcome.alreadyDone,
    resumedAfter: outcome.resumedAfter,
    rows: tally.rows,
    events: tally.events,
    badEvents: tally.badEvents,
    skipped: tally.skipped,
    badByCode: tally.badByCode,
    eventsByName: tally.eventsByName,
    from: tally.from === undefined ? null : isoTime(tally.from),
    to: tally.to === undefined ? null : isoTime(tally.to),
    revenue: Object.fromEntries(Object.entries(tally.revenue).map(([name, sum]) => [name, exactTotal(sum)])),
    form: {
      kind: survey.kind,
      encoding: survey.encoding,
      compression: survey.compression,
      separator: survey.separator,
    },
    tookMs: Math.round(outcome.tookMs),
    ...(rehearsal === undefined ? {} : { people: rehearsal.people, samples: rehearsal.samples }),
  };
}
