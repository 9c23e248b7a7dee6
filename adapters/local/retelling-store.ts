import type { DatabaseSync } from "node:sqlite";
import { IdentityRules } from "#core/identity/identity-rules.ts";

/** The lake being told of what other rules make of the people there are: how far it has come. */
export interface Retelling {
  /** Rules under which the lake may have been told of what was not reached yet. */
  readonly told: readonly IdentityRules[];
  readonly rules: IdentityRules;
  /** The last key that was reached; absent where it has not begun. */
  readonly after?: string;
  /** How many keys were reached. */
  readonly looked: number;
  /** Every key was reached; what was told may still be on its way to files. */
  readonly isWalked: boolean;
}

/** Kept beside the profiles, so that one commit moves both: what was told, and how far. */
export interface RetellingStore {
  /** The rules under which the lake was told of everything, before any retelling that is under way. */
  told(): IdentityRules | undefined;
  retelling(): Retelling | undefined;
  set(retelling: Retelling): void;
  /** All is told under these rules. Call within a transaction. */
  complete(rules: IdentityRules): void;
}

/** In the table of `PROGRESS_SCHEMA`. */
export function openRetellingStore(database: DatabaseSync): RetellingStore {
  const get = database.prepare("SELECT value FROM progress WHERE name = ?");
  const set = database.prepare("INSERT OR REPLACE INTO progress VALUES (?, ?)");
  const unset = database.prepare("DELETE FROM progress WHERE name = ?");
  const valueAt = (name: string): unknown => {
    const text = get.get(name)?.value;
    return typeof text === "string" ? JSON.parse(text) : undefined;
  };
  return {
    told: () => {
      const rules = valueAt("rules");
      // Read as rules are: what an older version did not know has its default.
      return rules === undefined ? undefined : IdentityRules.parse(rules);
    },
    retelling: () => {
      const kept = valueAt("retelling") as Retelling | undefined;
      if (kept === undefined) return undefined;
      const told = kept.told.map((rules) => IdentityRules.parse(rules));
      return { ...kept, told, rules: IdentityRules.parse(kept.rules) };
    },
    set: (retelling) => void set.run("retelling", JSON.stringify(retelling)),
    complete: (rules) => {
      set.run("rules", JSON.stringify(rules));
      unset.run("retelling");
    },
  };
}
