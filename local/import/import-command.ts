import type { Intake } from "#core/events/ports.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import { beginImport } from "#core/imports/begin-import.ts";
import type { ImportProgress } from "#core/imports/import-progress.ts";
import { importRows, rehearseImport } from "#core/imports/import-rows.flow.ts";
import type { ImportLedger } from "#core/imports/ports.ts";
import { columnsOf, type ImportPlan } from "#core/imports/row-plan.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { type OpenFile, openFile } from "./file-rows.ts";
import { findMapping, readyMappings } from "./find-mapping.ts";
import { type ImportOptions, importHelp, readImportOptions } from "./import-options.ts";
import { expressionLines, formText, type ImportOutcome, reportJson, reportLines } from "./import-report.ts";
import { NO_BAR, type ProgressBar, terminalBar } from "./progress-bar.ts";
import { rehearsalWatch } from "./rehearsal-watch.ts";
import { type FileSurvey, surveyFile } from "./survey-file.ts";

/** The data folder, opened for an import. */
interface ImportData {
  readonly intake: Intake;
  readonly ledger: ImportLedger;
  /** Resolves when everything appended so far can be queried. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** What the command needs of the world. */
export interface ImportWorld {
  readonly clock: Clock;
  /** The rules of identity of a data folder. */
  readonly rules: (folder: string | undefined) => Promise<IdentityRules>;
  /** Opens the folder that `--data` names, or the usual one. Not called for a rehearsal: it writes nothing. */
  readonly openData: (folder: string | undefined) => Promise<ImportData>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

interface Prepared {
  readonly options: ImportOptions;
  readonly plan: ImportPlan;
  readonly survey: FileSurvey;
  readonly file: OpenFile;
}

/**
 * `import FILE --mapping FILE|NAME`: answers the process's exit code. 0: imported (refused rows are counted, and are no
 * failure of the command); 1: it could not be done, the reason is on stderr; 2: the command was not understood.
 */
export async function importCommand(args: readonly string[], world: ImportWorld): Promise<number> {
  const options = readImportOptions(args);
  if (options === "help") {
    world.stdout.write(importHelp(await readyMappings()));
    return 0;
  }
  if (isRejection(options)) return refuse(options, args.includes("--json"), world);
  const startedAt = performance.now();
  const prepared = await prepare(options);
  if (isRejection(prepared)) return refuse(prepared, options.json, world);
  const { plan, survey } = prepared;
  if (!options.json) world.stderr.write(`${survey.file}: ${formText(survey)}; mapping ${plan.name}\n`);
  if (options.dryRun && !options.json) world.stderr.write(`${expressionLines(plan).join("\n")}\n`);
  const outcome = options.dryRun ? await rehearse(prepared, world) : await bringIn(prepared, world);
  if (isRejection(outcome)) return refuse(outcome, options.json, world);
  const timed = { ...outcome, tookMs: performance.now() - startedAt };
  const text = options.json ? JSON.stringify(reportJson(timed)) : reportLines(timed).join("\n");
  world.stdout.write(`${text}\n`);
  return 0;
}

function refuse(rejected: Rejection, json: boolean, world: ImportWorld): number {
  const { code, message } = rejected;
  if (json) world.stdout.write(`${JSON.stringify({ code, message })}\n`);
  else world.stderr.write(`${message} (${code})\n`);
  return code === "import.bad_options" ? 2 : 1;
}

async function prepare(options: ImportOptions): Promise<Prepared | Rejection> {
  const plan = await findMapping(options.mapping);
  if (isRejection(plan)) return plan;
  const survey = await surveyFile(options.file, plan.format);
  if (isRejection(survey)) return survey;
  const file = await openFile(survey, plan.format.columns);
  if (isRejection(file)) return file;
  const unknown = columnsOf(plan).filter((name) => file.columns !== undefined && !file.columns.includes(name));
  if (unknown.length > 0) {
    const names = unknown.map((name) => `"${name}"`).join(", ");
    return rejection(
      "import.unknown_column",
      `The mapping reads ${names}, but the file's columns are: ${file.columns?.join(", ")}.`,
    );
  }
  return { options, plan, survey, file };
}

type Outcome = Omit<ImportOutcome, "tookMs">;

async function rehearse({ options, plan, survey, file }: Prepared, world: ImportWorld): Promise<Outcome | Rejection> {
  const begun = beginImport(plan, identityOf(survey), [], world.clock(), false);
  if (isRejection(begun)) return begun;
  const bar = barFor(options, survey, world);
  const gathered = rehearsalWatch();
  let bytes = 0;
  const rows = file.rows((read) => {
    bytes = read;
  });
  const watch = (progress: ImportProgress, counted: Parameters<typeof gathered.see>[0]): void => {
    gathered.see(counted);
    bar.show(bytes, progress.tally.rows);
  };
  try {
    const normalise = normaliserFor(await world.rules(options.data));
    const progress = await rehearseImport(rows, plan, begun, { normalise, watch }, options.first);
    const rehearsal = gathered.result();
    return { progress, survey, plan, dryRun: true, resumedAfter: 0, alreadyDone: false, rehearsal };
  } finally {
    bar.stop();
  }
}

async function bringIn({ options, plan, survey, file }: Prepared, world: ImportWorld): Promise<Outcome | Rejection> {
  const data = await world.openData(options.data);
  const bar = barFor(options, survey, world);
  try {
    const begun = beginImport(plan, identityOf(survey), await data.ledger.list(), world.clock(), options.again);
    if (isRejection(begun)) return begun;
    const outcome = { survey, plan, dryRun: false, resumedAfter: begun.rowsDone };
    if (begun.finishedAt !== undefined) return { ...outcome, progress: begun, alreadyDone: true };
    let bytes = 0;
    const rows = file.rows((read) => {
      bytes = read;
    });
    const { stderr } = world;
    const ports = { intake: data.intake, ledger: data.ledger, clock: world.clock };
    const progress = await importRows(rows, plan, begun, ports, {
      normalise: normaliserFor(await world.rules(options.data)),
      watch: ({ rowsDone }) => bar.show(bytes, rowsDone - begun.rowsDone),
    });
    bar.stop();
    if (stderr.isTTY === true && !options.json) stderr.write("All rows are in; making them ready to be asked for…\n");
    await data.settled();
    return { ...outcome, progress, alreadyDone: false };
  } finally {
    bar.stop();
    await data.close();
  }
}

const identityOf = ({ file, contentHash }: FileSurvey) => ({ file, contentHash });

const barFor = ({ json }: ImportOptions, survey: FileSurvey, { stderr }: ImportWorld): ProgressBar =>
  json || stderr.isTTY !== true ? NO_BAR : terminalBar(stderr, survey.bytes);
