import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { YAMLParseError } from "yaml";
import { DefinitionId } from "#contracts/http/fields.ts";
import { isJsonObject } from "#core/kernel/json.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { readTrackingPlan } from "#core/plans/read-tracking-plan.ts";
import type { TrackingPlan } from "#core/plans/tracking-plan.ts";
import { readYaml } from "#local/read-yaml.ts";

/** A plan as its owner's file wants it. */
export interface WantedPlan {
  readonly id: string;
  readonly plan: TrackingPlan;
}

export type FileRejection = Rejection<"plans.bad_file">;

/** Reads a file, or says what is wrong with it. */
export async function readPlanFile(path: string): Promise<WantedPlan | FileRejection> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => error);
  if (text instanceof Error) return rejection("plans.bad_file", `${path} cannot be read: ${text.message}`);
  const document = readYaml(text);
  if (document instanceof YAMLParseError) {
    return rejection("plans.bad_file", `${path} is neither YAML nor JSON: ${document.message}`);
  }
  if (!isJsonObject(document)) return rejection("plans.bad_file", `${path}: a plan is expected: its name, its events…`);
  const { id = basename(path, extname(path)), ...said } = document;
  const named = DefinitionId.safeParse(id);
  if (!named.success) {
    return rejection("plans.bad_file", `${path}: id: lower-case letters, digits, - and _, at most 64, are expected`);
  }
  const plan = readTrackingPlan(said);
  return isRejection(plan) ? rejection("plans.bad_file", `${path}: ${plan.message}`) : { id: named.data, plan };
}

/** Reads all of the files, or says of the first that is wrong what is wrong with it: then nothing is to be applied. */
export async function readPlanFiles(paths: readonly string[]): Promise<readonly WantedPlan[] | FileRejection> {
  const wanted: WantedPlan[] = [];
  for (const path of paths) {
    const read = await readPlanFile(path);
    if (isRejection(read)) return read;
    if (wanted.some(({ id }) => id === read.id)) {
      return rejection("plans.bad_file", `the plan ${read.id} is there twice; give each an id of its own`);
    }
    wanted.push(read);
  }
  return wanted;
}
