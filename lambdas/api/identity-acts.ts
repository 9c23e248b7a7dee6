import type { IDENTITY_ROUTES } from "#contracts/http/identity.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { readIdentityRules } from "#core/identity/read-identity-rules.ts";
import { ruleValueProblems } from "#core/identity/rule-value-problems.ts";
import { untoldByRehearsal } from "#core/identity/untold-by-rehearsal.ts";
import type { Json } from "#core/kernel/json.ts";
import { isRejection, rejection } from "#core/kernel/rejection.ts";
import { withoutValues } from "#core/profiles/rehearsal.ts";
import { rehearsePage } from "#core/profiles/rehearse-rules.flow.ts";
import { retellPage } from "#core/profiles/retell.flow.ts";
import type { Acts } from "./act.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import type { ApiPorts } from "./ports.ts";

export const identityActs: Acts<typeof IDENTITY_ROUTES> = {
  identityRules: async (ports) => shown(ports, ports.rules),
  applyIdentityRules: async (ports, { body }) => {
    const rules = readIdentityRules(body, ruleValueProblems);
    if (isRejection(rules)) return rules;
    const refused = await ports.identity.apply(rules);
    return refused ?? shown(ports, rules);
  },
  rehearseIdentityRules: async ({ rules: before, identity }, { body }) => {
    const after = readIdentityRules(body.rules, ruleValueProblems);
    if (isRejection(after)) return after;
    const cursor = readCursor(body.cursor, 1);
    if (isRejection(cursor)) return cursor;
    const from = { after: cursor?.[0], limit: body.limit };
    const page = await rehearsePage(identity.pages, { before, after }, from);
    return {
      rehearsal: body.values ? page.rehearsal : withoutValues(page.rehearsal),
      cannotTell: [...untoldByRehearsal(before, after)],
      looked: page.looked,
      of: page.of,
      next: nextOf(page.next),
    };
  },
  retellIdentities: async ({ rules, store, identity }, { body }) => {
    if (identity.before === undefined) return NOTHING_TO_RETELL;
    const cursor = readCursor(body.cursor, 1);
    if (isRejection(cursor)) return cursor;
    const { pages, before } = identity;
    const from = { after: cursor?.[0], limit: body.limit };
    const page = await retellPage({ store, pages }, { told: [before], rules }, from);
    return {
      retold: page.changes.length,
      looked: page.looked,
      of: await pages.size(),
      next: nextOf(page.next),
    };
  },
};

const nextOf = (next: string | undefined): string | null => (next === undefined ? null : writeCursor([next]));

async function shown({ identity }: ApiPorts, rules: IdentityRules) {
  return { rules: { ...rules } as unknown as Record<string, Json>, retelling: (await identity.retelling()) ?? null };
}

const NOTHING_TO_RETELL = rejection(
  "identity_rules.nothing_to_retell",
  "nothing says which rules held before: in the cloud deploy the new rules with the stage's identityRulesBefore set to those that held; on one machine the lake is told by itself",
);
