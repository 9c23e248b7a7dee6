import { readIdentityRules } from "#core/identity/read-identity-rules.ts";
import { ruleValueProblems } from "#core/identity/rule-value-problems.ts";
import { isRejection } from "#core/kernel/rejection.ts";

/** What is wrong with rules of identity, as JSON, before they are deployed; `undefined` where nothing is. */
export function identityRulesProblem(text: string): string | undefined {
  const rules = readIdentityRules(parsed(text), ruleValueProblems);
  return isRejection(rules) ? rules.message : undefined;
}

/** What is no JSON is no list of rules either, and refused as such. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
