import { canonicalJson, type JsonObject } from "#core/kernel/json.ts";
import { type EpochMs, isoDay, isoTime } from "#core/kernel/time.ts";
import type { ComputedChangeRow } from "./computed-change-row.ts";
import type { ComputedWrite, StoredComputed } from "./ports.ts";
import { isWithin, type OpenRun } from "./refresh-state.ts";

/** What is to be written of a page: for whom the values are no longer those that stand there, or who is told again. */
export function changedIn(
  measured: ReadonlyMap<string, JsonObject>,
  stored: ReadonlyMap<string, StoredComputed>,
  { run, again }: OpenRun,
): readonly ComputedWrite[] {
  return [...measured].flatMap(([profileId, computed]): readonly ComputedWrite[] => {
    const before = stored.get(profileId)?.computed ?? {};
    const isSame = canonicalJson(before) === canonicalJson(computed);
    if (isSame && !isWithin(profileId, again)) return [];
    return [Object.keys(computed).length === 0 ? { profileId, run } : { profileId, run, computed }];
  });
}

/** What the lake is told of it. */
export const changeRow = ({ profileId, run, computed }: ComputedWrite, now: EpochMs): ComputedChangeRow => ({
  profile_id: profileId,
  gone: computed === undefined,
  computed: canonicalJson(computed ?? {}),
  run,
  changed_at: isoTime(now),
  dt: isoDay(now),
});
