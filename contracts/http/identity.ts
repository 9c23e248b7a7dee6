import * as z from "zod";
import { IdentityRules } from "#core/identity/identity-rules.ts";
import { Rehearsal } from "#core/profiles/rehearsal.ts";
import { Next } from "./fields.ts";
import type { Route } from "./route.ts";

/** Read by `readIdentityRules`, which can say better than a schema what is wrong; described by the rules themselves. */
const RulesAsked = z.looseObject({});
const RulesPublished = z.looseObject(
  Object.fromEntries(
    Object.keys(IdentityRules.shape).map((name) => [name, z.json().optional().describe("see docs/decisions/0033")]),
  ),
);

const Rules = z.record(z.string(), z.json());
/** Keys reached, of about how many: every identifier has one. */
const Reached = z.object({ looked: z.number(), of: z.number() });

export const RulesShown = z.object({
  rules: Rules,
  /** Where changed rules are still being applied: how far the lake was told. `null` where all is told. */
  retelling: Reached.nullable(),
});

const limit = z.int().min(1).max(5_000).default(1_000);
const cursor = z.string().max(2_000).optional();
/** `values: false` shows identifiers by their type alone. */
const how = { cursor, limit, values: z.boolean().default(true) };

export const RehearsalAnswered = Reached.extend({
  /** Of this page; pages are added up by whoever asks (`addRehearsals`). */
  rehearsal: Rehearsal,
  /** What a comparison over what is stored cannot know of the difference between these rules, and why. */
  cannotTell: z.array(z.object({ code: z.string(), message: z.string() })),
  next: Next,
});

export const RetoldAnswered = Reached.extend({
  /** Components of which the lake is told again. */
  retold: z.number(),
  next: Next,
});

export const IDENTITY_ROUTES = {
  identityRules: {
    method: "GET",
    path: "/api/identity/rules",
    summary: "The rules by which identifiers become people, all of them, defaults included",
    status: 200,
    answer: RulesShown,
    refusals: [],
  },
  applyIdentityRules: {
    method: "PUT",
    path: "/api/identity/rules",
    summary:
      "Goes by other rules from now on, and tells the lake whom they change; goes on by itself until all is told",
    body: RulesAsked,
    published: RulesPublished,
    status: 200,
    answer: RulesShown,
    refusals: ["identity_rules.bad", "identity_rules.deployed"],
  },
  rehearseIdentityRules: {
    method: "POST",
    path: "/api/identity/dry-run",
    summary: "What other rules would make of the people there are, a page at a time; touches nothing",
    body: z.strictObject({ rules: RulesAsked, ...how }),
    published: z.strictObject({ rules: RulesPublished, ...how }),
    status: 200,
    answer: RehearsalAnswered,
    refusals: ["identity_rules.bad", "page.bad_cursor"],
  },
  retellIdentities: {
    method: "POST",
    path: "/api/identity/retell",
    summary: "After rules were deployed: has the lake told of whom they change, a page at a time; may be asked again",
    body: z.strictObject({ cursor, limit }),
    status: 200,
    answer: RetoldAnswered,
    refusals: ["page.bad_cursor", "identity_rules.nothing_to_retell"],
  },
} as const satisfies Record<string, Route>;
