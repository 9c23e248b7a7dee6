import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { ComponentChange } from "./absorb-events.flow.ts";
import type { ComponentAt, ComponentPages, ProfileStore } from "./ports.ts";
import { mustBeRetold } from "./retell.ts";

export interface RetellPorts {
  readonly store: ProfileStore;
  readonly pages: ComponentPages;
}

export interface RetellRules {
  /** Every set of rules under which the lake may have been told so far. */
  readonly told: readonly IdentityRules[];
  readonly rules: IdentityRules;
}

export interface RetoldPage {
  /** Components that were written again, as they were, under the next version. */
  readonly changes: readonly ComponentChange[];
  /** How many keys were looked at. */
  readonly looked: number;
  /** Where to go on; absent where all is told. */
  readonly next?: string;
}

/** Above this a component is being fought over; the caller asks for the page again later. */
const MAX_ATTEMPTS = 8;

/**
 * Takes the next stretch of what is stored over to other rules. A component whose profiles the rules change is written
 * again, as it was, under the next version: so who tells the lake of changes tells of this one too (`changeRows`, with
 * `told`), and its rows outrank those before. What is asked twice is told twice, to the same effect. Events may come in
 * all the while, so long as whoever takes them in goes by the new rules already.
 */
export async function retellPage(
  { store, pages }: RetellPorts,
  { told, rules }: RetellRules,
  from: { readonly after: string | undefined; readonly limit: number },
): Promise<RetoldPage> {
  const { components, looked, next } = await pages.page(from.after, from.limit);
  const changes: ComponentChange[] = [];
  let open: readonly ComponentAt[] = components.filter(({ component }) => mustBeRetold(component, told, rules));
  for (let attempt = 1; open.length > 0; attempt++) {
    if (attempt > MAX_ATTEMPTS) throw new Error(`${open.length} components are written by others all the time`);
    const rewritten = open.map(changeOf);
    const refused = await store.write(
      rewritten.map(({ key, after }, nth) => [{ key, expected: open[nth]?.version ?? 0, next: after }]),
    );
    changes.push(...rewritten.filter((_, nth) => !refused.has(nth)));
    open = await readAgain(
      store,
      open.filter((_, nth) => refused.has(nth)),
    );
  }
  return { changes, looked, ...(next === undefined ? {} : { next }) };
}

function changeOf({ key, version, component }: ComponentAt): ComponentChange {
  return {
    key,
    before: { kind: "component", version, component },
    after: { kind: "component", version: version + 1, component },
  };
}

/** As they stand by now. One that another took in was told with it. */
async function readAgain(store: ProfileStore, some: readonly ComponentAt[]): Promise<readonly ComponentAt[]> {
  if (some.length === 0) return [];
  const found = await store.read(
    some.map(({ key }) => key),
    { fresh: true },
  );
  return some.flatMap(({ key }): readonly ComponentAt[] => {
    const stored = found.get(key);
    return stored?.kind === "component" ? [{ key, version: stored.version, component: stored.component }] : [];
  });
}
