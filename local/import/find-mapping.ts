import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { YAMLParseError } from "yaml";
import { type ImportPlan, readMapping } from "#core/imports/row-plan.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { readYaml } from "#local/read-yaml.ts";

/** The mappings that come with Tributary. */
const READY = fileURLToPath(new URL("../../mappings", import.meta.url));

export type MappingRejection = Rejection<"import.no_mapping" | "import.bad_mapping">;

export async function readyMappings(): Promise<readonly string[]> {
  const files = await readdir(READY);
  return files.filter((file) => extname(file) === ".yaml").map((file) => basename(file, ".yaml"));
}

/** Reads a mapping by the path of its file (YAML or JSON) or by the name of a ready one. */
export async function findMapping(asked: string): Promise<ImportPlan | MappingRejection> {
  const isName = /^[a-z0-9][a-z0-9_-]*$/.test(asked);
  const ready = isName ? await readyMappings() : [];
  const path = ready.includes(asked) ? join(READY, `${asked}.yaml`) : asked;
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => error);
  if (text instanceof Error) {
    const known = isName ? ` Ready mappings: ${ready.join(", ")}.` : "";
    return rejection("import.no_mapping", `The mapping ${asked} cannot be read: ${text.message}.${known}`);
  }
  const declared = readYaml(text);
  return declared instanceof YAMLParseError
    ? rejection("import.bad_mapping", `The mapping ${asked} is neither YAML nor JSON: ${declared.message}`)
    : readMapping(declared);
}
