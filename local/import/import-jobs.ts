import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openDatabase } from "#adapters/local/database.ts";
import { IMPORTS_SCHEMA, sqliteImportLedger } from "#adapters/local/sqlite-import-ledger.ts";
import type { ImportAsked, ImportJob } from "#contracts/http/imports.ts";
import type { Intake } from "#core/events/ports.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import { beginImport } from "#core/imports/begin-import.ts";
import type { ImportProgress } from "#core/imports/import-progress.ts";
import { importRows } from "#core/imports/import-rows.flow.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { Imports } from "#lambdas/api/ports.ts";
import type { DataFolder } from "#local/data-folder.ts";
import type { Processing } from "#local/processing.ts";
import { openFile } from "./file-rows.ts";
import { findMapping } from "./find-mapping.ts";
import { surveyFile } from "./survey-file.ts";

export interface ImportJobsPorts {
  readonly folder: DataFolder;
  readonly intake: Intake;
  readonly processing: Processing;
  /** The rules that hold when it is asked. */
  readonly rules: () => IdentityRules;
  readonly onFault: (error: unknown, where: string) => void;
}

export interface ImportJobs extends Imports {
  /** Leaves what is running where it is: asked for again, it goes on from there. */
  stop(): Promise<void>;
}

/** Imports that the API starts: of files in the landing folder, one at a time. */
export function openImportJobs(ports: ImportJobsPorts): ImportJobs {
  const database = openDatabase(ports.folder.imports, IMPORTS_SCHEMA);
  const ledger = sqliteImportLedger(database);
  const problems = new Map<string, string>();
  let running: { readonly id: string; readonly ended: Promise<void> } | undefined;
  let stopping = false;

  const jobOf = (progress: ImportProgress): ImportJob => ({
    id: progress.id,
    file: progress.file,
    mapping: progress.mapping,
    status: progress.finishedAt !== undefined ? "done" : running?.id === progress.id ? "running" : "failed",
    rows: progress.tally.rows,
    events: progress.tally.events,
    badEvents: progress.tally.badEvents,
    startedAt: isoTime(progress.startedAt),
    endedAt: progress.finishedAt === undefined ? null : isoTime(progress.finishedAt),
    problem: problems.get(progress.id) ?? null,
  });

  const start = async (asked: ImportAsked): Promise<ImportJob | Rejection> => {
    if (running !== undefined) return rejection("import.busy", "another import is running; ask again when it is done");
    const prepared = await prepare(ports.folder, asked);
    if (isRejection(prepared)) return prepared;
    const { plan, survey, file } = prepared;
    const { contentHash } = survey;
    const begun = beginImport(plan, { file: survey.file, contentHash }, await ledger.list(), Date.now(), false);
    if (isRejection(begun)) return rejection("import.refused", begun.message);
    if (begun.finishedAt !== undefined) return jobOf(begun);
    await ledger.put(begun);
    problems.delete(begun.id);
    const stretches = file.rows(() => {
      if (stopping) throw new Error("the server is stopping");
    });
    const work = importRows(
      stretches,
      plan,
      begun,
      { intake: ports.intake, ledger, clock: Date.now },
      {
        normalise: normaliserFor(ports.rules()),
      },
    );
    const ended = work.then(
      () => {},
      (error: unknown) => {
        problems.set(begun.id, "it broke off; start it again and it goes on from there");
        if (!stopping) ports.onFault(error, `import ${begun.id}`);
      },
    );
    running = {
      id: begun.id,
      ended: ended.then(() => {
        running = undefined;
      }),
    };
    return jobOf(begun);
  };

  return {
    list: async () => (await ledger.list()).map(jobOf),
    start,
    stop: async () => {
      stopping = true;
      await running?.ended;
      database.close();
    },
  };
}

type Prepared = {
  readonly plan: Exclude<Awaited<ReturnType<typeof findMapping>>, Rejection>;
  readonly survey: Exclude<Awaited<ReturnType<typeof surveyFile>>, Rejection>;
  readonly file: Exclude<Awaited<ReturnType<typeof openFile>>, Rejection>;
};

async function prepare(folder: DataFolder, asked: ImportAsked): Promise<Prepared | Rejection> {
  const path = join(folder.landing, asked.file);
  if (asked.content !== undefined) await land(folder.landing, path, asked.content);
  if ((await stat(path).catch(() => undefined))?.isFile() !== true) {
    return rejection("import.not_found", `there is no file ${asked.file} in the landing zone`);
  }
  const plan = await findMapping(asked.mapping);
  if (isRejection(plan)) return rejection("import.unknown_mapping", plan.message);
  const survey = await surveyFile(path, plan.format);
  if (isRejection(survey)) return rejection("import.bad_file", survey.message);
  const file = await openFile(survey, plan.format.columns);
  return isRejection(file) ? rejection("import.bad_file", file.message) : { plan, survey, file };
}

async function land(landing: string, path: string, content: string): Promise<void> {
  await mkdir(landing, { recursive: true });
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}
