import { existsSync, readFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { defaultIdentityRules, type IdentityRules } from "#core/identity/identity-rules.ts";
import { readIdentityRules } from "#core/identity/read-identity-rules.ts";
import { ruleValueProblems } from "#core/identity/rule-value-problems.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { DataFolder } from "#local/data-folder.ts";

type FileRejection = Rejection<"identity_rules.bad">;

/** Reads rules from a file, YAML or JSON; or says what is wrong with it. */
export async function readRulesFile(path: string): Promise<IdentityRules | FileRejection> {
  const refused = (why: string): FileRejection => rejection("identity_rules.bad", `${path}: ${why}`);
  // Loaded only here: most folders have no rules of their own.
  const { parse } = await import("yaml");
  let document: unknown;
  try {
    document = parse(readFileSync(path, "utf8")) ?? {};
  } catch (error) {
    return refused((error as Error).message);
  }
  const rules = readIdentityRules(document, ruleValueProblems);
  return isRejection(rules) ? refused(rules.message) : rules;
}

/**
 * The rules of a data folder: those of its `identity.yaml`, or the usual ones where there is none. Throws, in words
 * meant for the owner, where they cannot be read: to go by other rules than the owner's would merge and split people.
 */
export async function rulesOf(folder: Pick<DataFolder, "identityRules">): Promise<IdentityRules> {
  if (!existsSync(folder.identityRules)) return defaultIdentityRules;
  const rules = await readRulesFile(folder.identityRules);
  if (isRejection(rules)) throw new Error(rules.message);
  return rules;
}

const HEADING = `# The rules by which identifiers become people. Change them by:
#   npm run local -- identity rules dry-run FILE   what would other rules do?
#   npm run local -- identity rules apply FILE     go by them, and tell the lake
`;

/** Resolves once the rules are on disk, whole: whoever dies in between leaves those before. */
export async function keepRules(folder: Pick<DataFolder, "identityRules">, rules: IdentityRules): Promise<void> {
  const { stringify } = await import("yaml");
  const draft = `${folder.identityRules}.new`;
  const file = await open(draft, "w");
  try {
    await file.writeFile(`${HEADING}${stringify(rules)}`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, folder.identityRules);
}
