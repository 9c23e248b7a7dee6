import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { ComponentPages } from "./ports.ts";
import { addRehearsals, emptyRehearsal, type Rehearsal } from "./rehearsal.ts";
import { rehearseRules } from "./rehearse-rules.ts";

export interface RehearsedPage {
  readonly rehearsal: Rehearsal;
  /** How many keys were looked at, of about how many. */
  readonly looked: number;
  readonly of: number;
  readonly next?: string;
}

/** What other rules would make of the next so many components. Reads, and touches nothing. */
export async function rehearsePage(
  pages: ComponentPages,
  rules: { readonly before: IdentityRules; readonly after: IdentityRules },
  from: { readonly after: string | undefined; readonly limit: number },
): Promise<RehearsedPage> {
  const [page, of] = await Promise.all([pages.page(from.after, from.limit), pages.size()]);
  let rehearsal = emptyRehearsal();
  for (const each of page.components) {
    rehearsal = addRehearsals(rehearsal, rehearseRules(each, rules.before, rules.after));
  }
  const { looked, next } = page;
  return { rehearsal, looked, of, ...(next === undefined ? {} : { next }) };
}
