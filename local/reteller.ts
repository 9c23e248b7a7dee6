import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "#adapters/local/database.ts";
import { openRetellingStore, type Retelling } from "#adapters/local/retelling-store.ts";
import { sqliteComponentPages } from "#adapters/local/sqlite-component-pages.ts";
import { sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import { defaultIdentityRules, type IdentityRules } from "#core/identity/identity-rules.ts";
import { canonicalJson } from "#core/kernel/json.ts";
import { retellPage } from "#core/profiles/retell.flow.ts";
import type { ChangeKeeper } from "./change-keeper.ts";

/** Takes profiles over to other rules while events keep coming in: a page at a time, each in one transaction. */
export interface Reteller {
  /** The rules that hold now. */
  rules(): IdentityRules;
  /** Goes by these rules from now on. What was told under others is told again, from where it was left. */
  use(rules: IdentityRules): void;
  /** Under which other rules the lake may have been told of what stands at this key. */
  told(key: string): readonly IdentityRules[];
  /** Takes the next page over; answers the keys that it looked at, 0 where there is nothing to do. */
  step(): Promise<number>;
  /** Whether everything was told again, and it remains to see it to files. */
  isWalked(): boolean;
  /** UTF-16 units of rows made so far by this process. */
  made(): number;
  /** What was told again is in files. */
  complete(): void;
}

export interface RetellerPorts {
  readonly database: DatabaseSync;
  readonly rules: IdentityRules;
  readonly keepChanges: ChangeKeeper;
}

/** Keys in one transaction: those who wait to be absorbed wait for no more than these. */
const PAGE = 500;

const isSame = (x: IdentityRules, y: IdentityRules): boolean => canonicalJson({ ...x }) === canonicalJson({ ...y });

export function openReteller({ database, rules: wanted, keepChanges }: RetellerPorts): Reteller {
  const kept = openRetellingStore(database);
  const ports = { store: sqliteProfileStore(database), pages: sqliteComponentPages(database) };
  let rules = wanted;
  let retelling = kept.retelling();
  let made = 0;

  const use = (next: IdentityRules): void => {
    rules = next;
    if (retelling !== undefined && isSame(retelling.rules, next)) return;
    // What was reached was told under the rules that are left now, the rest under those before.
    const told = retelling === undefined ? [kept.told() ?? defaultIdentityRules] : [...retelling.told, retelling.rules];
    if (retelling === undefined && told.every((under) => isSame(under, next))) return;
    retelling = { told, rules: next, looked: 0, isWalked: false };
    kept.set(retelling);
  };
  use(wanted);

  const walk = async (from: Retelling): Promise<Retelling> => {
    const page = await retellPage(ports, from, { after: from.after, limit: PAGE });
    const { told, rules: now } = from;
    made += keepChanges(page.changes, now, () => told);
    const looked = from.looked + page.looked;
    const reached = page.next === undefined ? { isWalked: true } : { isWalked: false, after: page.next };
    const moved: Retelling = { told, rules: now, looked, ...reached };
    kept.set(moved);
    return moved;
  };

  return {
    rules: () => rules,
    use,
    told: (key) => {
      if (retelling === undefined) return [];
      const isReached = retelling.isWalked || (retelling.after !== undefined && key <= retelling.after);
      return isReached ? [] : retelling.told;
    },
    isWalked: () => retelling?.isWalked === true,
    made: () => made,
    step: async () => {
      if (retelling === undefined || retelling.isWalked) return 0;
      // As with absorbing, nothing gives way to anything else between the beginning and the end.
      database.exec("BEGIN IMMEDIATE");
      try {
        const moved = await walk(retelling);
        database.exec("COMMIT");
        const looked = moved.looked - retelling.looked;
        retelling = moved;
        return Math.max(looked, 1);
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    complete: () => {
      if (retelling?.isWalked !== true) return;
      inTransaction(database, () => kept.complete(rules));
      retelling = undefined;
    },
  };
}
