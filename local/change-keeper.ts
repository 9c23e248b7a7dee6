import type { ProgressStore } from "#adapters/local/progress-store.ts";
import type { LakeTable } from "#contracts/lake.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Clock } from "#core/kernel/ports.ts";
import type { ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import { changeRows } from "#core/profiles/change-rows.ts";
import { LinesByPart } from "./lake-lines.ts";

/**
 * Keeps the rows about changed profiles until they are in lake files, in the transaction that changes the profiles.
 * `toldOf` are the other rules under which the lake may have been told of what stood there. Answers UTF-16 units kept.
 */
export type ChangeKeeper = (
  changes: readonly ComponentChange[],
  rules: IdentityRules,
  toldOf: (change: ComponentChange) => readonly IdentityRules[],
) => number;

export const changeKeeper =
  (progress: Pick<ProgressStore, "addChanges">, clock: Clock): ChangeKeeper =>
  (changes, rules, toldOf) => {
    const now = clock();
    const rows = new LinesByPart();
    for (const change of changes) {
      for (const [table, changed] of Object.entries(changeRows(change, rules, now, toldOf(change)))) {
        for (const row of changed) rows.addRow(table as LakeTable, row);
      }
    }
    let size = 0;
    for (const part of rows.parts()) {
      progress.addChanges(part);
      size += part.text.length;
    }
    return size;
  };
