import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { type RecoveryRule, RecoveryRules } from "#core/events/recovery/rule.ts";

/** The rules of a YAML or JSON file: a list, or one under `rules`. What is wrong with them, as an `Error`. */
export function readRules(path: string): readonly RecoveryRule[] | Error {
  const written = readYaml(path);
  if (written instanceof Error) return written;
  const listed = Array.isArray(written) ? written : (written as { readonly rules?: unknown } | null)?.rules;
  if (!Array.isArray(listed)) return new Error(`${path}: a list is expected, or one under \`rules\`.`);
  const read = RecoveryRules.safeParse(listed);
  if (read.success) return read.data;
  const said = read.error.issues.map(({ path: [at = 0, ...rest], message }) => {
    const where = [`rule ${Number(at) + 1}`, ...(rest.length === 0 ? [] : [rest.join(".")])];
    return `${where.join(", ")}: ${message}`;
  });
  return new Error(`${path}: ${said.join("; ")}`);
}

function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, "utf8"));
  } catch (error) {
    return new Error(`${path} cannot be read: ${(error as Error).message}`);
  }
}
