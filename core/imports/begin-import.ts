import { digestOf } from "#core/kernel/digest.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { type EpochMs, isoTime } from "#core/kernel/time.ts";
import type { ImportProgress } from "./import-progress.ts";
import type { ImportPlan } from "./row-plan.ts";
import { NOTHING_YET } from "./tally.ts";

/** What identifies a file: its content, whatever it is called, wherever it lies and however it is compressed. */
export interface FileIdentity {
  readonly file: string;
  readonly contentHash: string;
}

/**
 * Names the import of a file by a mapping. The content is what counts, not the file's name: the same export under
 * another name is the same rows, and other rows under the same name are others. The mapping counts by its name.
 */
const importId = (plan: ImportPlan, contentHash: string): string =>
  digestOf("import", plan.source, plan.name, contentHash);

export type BeginRejection = Rejection<"import.mapping_changed" | "import.file_changed">;

/**
 * Where the import is to go on from, or why it may not: a mapping that changed since this file was imported would make
 * other events under the same ids, and a file that changed since it was imported under the same name would count its
 * unchanged rows again. `again` reads a finished import anew, or a changed file beside the earlier one.
 */
export function beginImport(
  plan: ImportPlan,
  identity: FileIdentity,
  earlier: readonly ImportProgress[],
  now: EpochMs,
  again: boolean,
): ImportProgress | BeginRejection {
  const id = importId(plan, identity.contentHash);
  const own = earlier.find((progress) => progress.id === id);
  if (own !== undefined && own.mappingDigest !== plan.digest) {
    const when = isoTime(own.startedAt);
    return rejection(
      "import.mapping_changed",
      `This file was imported on ${when} by an earlier text of the mapping "${plan.name}". Its events keep their ids, so the change would not show. Import it by a mapping of another name, or into another data folder.`,
    );
  }
  if (own !== undefined && !(again && own.finishedAt !== undefined)) return own;
  if (own !== undefined) {
    const { finishedAt: _finishedAt, ...begun } = own;
    return { ...begun, rowsDone: 0, tally: NOTHING_YET };
  }
  const namesake = again ? undefined : namesakeOf(plan, identity, earlier);
  if (namesake !== undefined) {
    return rejection(
      "import.file_changed",
      `A file of this name with other content was imported on ${isoTime(namesake.startedAt)} by the mapping "${plan.name}", which gives rows no messageId of their own: rows that are in both would count twice. Give the mapping a messageId made of what identifies a row, or say --again if these are all new rows.`,
    );
  }
  return {
    id,
    source: plan.source,
    mapping: plan.name,
    mappingDigest: plan.digest,
    ...identity,
    startedAt: now,
    rowsDone: 0,
    tally: NOTHING_YET,
  };
}

function namesakeOf(
  plan: ImportPlan,
  { file }: FileIdentity,
  earlier: readonly ImportProgress[],
): ImportProgress | undefined {
  const ownIds = plan.rows.every((row) => row.event.members.some(([name]) => name === "messageId"));
  if (ownIds) return undefined;
  return earlier.find((p) => p.file === file && p.mapping === plan.name && p.source === plan.source);
}
