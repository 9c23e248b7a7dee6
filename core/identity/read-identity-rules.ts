import type * as z from "zod/mini";
import { isJsonObject } from "#core/kernel/json.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { IdentityRules } from "./identity-rules.ts";

export type RulesRejection = Rejection<"identity_rules.bad">;

/** The most of one message: who mends a file reads the first problems, and asks again. */
const MOST_TOLD = 8;
const TYPE = /^[a-z][a-z0-9_]{0,39}$/;
/** In lists of blocked values: every type. */
export const EVERY_TYPE = "*";

/**
 * Makes rules of JSON (or YAML) from outside, what is left out by its default; or says in words what is wrong, where,
 * and what to write instead. Rules that contradict themselves are refused: one of the two is not what was meant.
 *
 * `further` finds what else is wrong: `ruleValueProblems` where an owner hands rules in. Functions that only go by them do
 * without, and without the plans of all the world's phone numbers.
 */
export function readIdentityRules(
  sent: unknown,
  further: (rules: IdentityRules) => readonly string[] = () => [],
): IdentityRules | RulesRejection {
  if (!isJsonObject(sent)) return refusal(["a list of rules by name is expected, such as limits: { user_id: 1 }"]);
  const unknown = Object.keys(sent).filter((name) => !NAMES.includes(name));
  const read = IdentityRules.safeParse(sent);
  if (unknown.length > 0 || !read.success) {
    const misread = read.success ? [] : read.error.issues.map((issue) => `${issue.path.join(".")}: ${inWords(issue)}`);
    return refusal([...unknown.map(strangerInWords), ...misread]);
  }
  const rules = read.data;
  const problems = [...typeProblems(rules), ...sizeProblems(rules), ...patternProblems(rules), ...further(rules)];
  return problems.length > 0 ? refusal(problems) : rules;
}

const NAMES: readonly string[] = Object.keys(IdentityRules.shape);

function refusal(problems: readonly string[]): RulesRejection {
  const told = problems.slice(0, MOST_TOLD);
  const more = problems.length > told.length ? [`and ${problems.length - told.length} more`] : [];
  return rejection("identity_rules.bad", [...told, ...more].join("; "));
}

function strangerInWords(name: string): string {
  const alike = NAMES.find(
    (known) => known.toLowerCase().replaceAll("_", "") === name.toLowerCase().replaceAll("_", ""),
  );
  return `${name}: there is no such rule${alike === undefined ? `; there are ${NAMES.join(", ")}` : `; ${alike} is meant?`}`;
}

/** In our own words: zod's small half has none unless somebody gave it a language. */
function inWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `${EXPECTED[issue.expected] ?? issue.expected} is expected`;
    case "too_small":
      return issue.origin === "string"
        ? "two letters are expected, such as FR"
        : `at least ${issue.inclusive ? issue.minimum : Number(issue.minimum) + 1} is expected`;
    case "too_big":
      return issue.origin === "string"
        ? "two letters are expected, such as FR"
        : `at most ${issue.maximum} is expected`;
    default:
      return issue.message;
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  array: "a list",
  record: "a list by type of identifier",
};

function typeProblems({ priority, limits, blocked, blockedPatterns }: IdentityRules): readonly string[] {
  const twice = new Set(priority.filter((type, at) => priority.indexOf(type) !== at));
  const named: readonly (readonly [string, readonly string[]])[] = [
    ["priority", priority],
    ["limits", Object.keys(limits)],
    ["blocked", Object.keys(blocked).filter((type) => type !== EVERY_TYPE)],
    ["blockedPatterns", Object.keys(blockedPatterns).filter((type) => type !== EVERY_TYPE)],
  ];
  return [
    ...[...twice].map((type) => `priority: ${type} stands there twice; which place is meant?`),
    ...named.flatMap(([where, types]) =>
      types
        .filter((type) => !TYPE.test(type) || type === "id")
        .map((type) => `${where}: "${type}" is no type of identifier: lower-case letters, digits and _ are expected`),
    ),
  ];
}

function sizeProblems({ limits, maxIdentifiers, quarantineAbove }: IdentityRules): readonly string[] {
  const beyond = Object.entries(limits).filter(([, most]) => most > maxIdentifiers);
  return [
    ...(quarantineAbove < maxIdentifiers
      ? [
          `quarantineAbove: ${quarantineAbove} is below maxIdentifiers (${maxIdentifiers}), so no profile could ever reach that size; raise the one or lower the other`,
        ]
      : []),
    ...beyond.map(
      ([type, most]) =>
        `limits.${type}: ${most} values can never come together, for a profile holds at most ${maxIdentifiers} identifiers (maxIdentifiers); lower the one or raise the other`,
    ),
  ];
}

const patternProblems = ({ blockedPatterns }: IdentityRules): readonly string[] =>
  Object.entries(blockedPatterns).flatMap(([type, list]) =>
    list.flatMap((pattern, at) => patternProblem(pattern).map((why) => `blockedPatterns.${type}.${at}: ${why}`)),
  );

function patternProblem(pattern: string): readonly string[] {
  try {
    const read = new RegExp(`^(?:${pattern})$`, "u");
    return read.test("")
      ? ["this matches a value that is empty, so it says too much; begin with what a value must hold"]
      : [];
  } catch (error) {
    return [`not a regular expression: ${(error as Error).message}`];
  }
}
