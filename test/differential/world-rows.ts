import type { JsonObject } from "#core/kernel/json.ts";
import { isoDay, isoTime } from "#core/kernel/time.ts";
import type { LakeRow } from "./lake-in-memory.ts";

export interface Somebody {
  readonly traits: JsonObject;
  readonly consent: Readonly<Record<string, "granted" | "denied">>;
  /** `null` where nothing was computed. */
  readonly computed: JsonObject | null;
  readonly lists: readonly string[];
  /** Where its key lay before it came home: a merge that was undone, or somebody who was merged into this one. */
  readonly travels: readonly number[];
}

/** Order among changes is that of their versions: their times are all the same. */
const CHANGED = Date.UTC(2026, 2, 30, 9, 30, 0, 500);

export const profileId = (position: number): string => `p_${position}`;
const keyOf = (position: number): string => `user_id:${position}`;

export function identityRows({ travels }: Somebody, position: number): readonly LakeRow[] {
  const homes = [...travels, position].map(profileId);
  return homes.map((profile, version) => ({
    identity_key: keyOf(position),
    identifier_type: "user_id",
    identifier_value: String(position),
    profile_id: profile,
    previous_profile_id: homes[version - 1] ?? null,
    version: version + 1,
    changed_at: isoTime(CHANGED),
    dt: isoDay(CHANGED),
  }));
}

/** First as if gone and with other traits; the latest version counts. */
export function profileRows({ traits, consent }: Somebody, position: number): readonly LakeRow[] {
  const row = (version: number, gone: boolean, shown: JsonObject): LakeRow => ({
    profile_id: profileId(position),
    gone,
    identifiers: "[]",
    traits: JSON.stringify(shown),
    consent: JSON.stringify(consent),
    first_seen: isoTime(CHANGED),
    version,
    changed_at: isoTime(CHANGED),
    dt: isoDay(CHANGED),
  });
  return [row(1, false, { plan: "pro" }), row(2, true, {}), row(3, false, traits)];
}

/** Other figures before, and for some a row that says that there are none any more. */
export function computedRows({ computed }: Somebody, position: number): readonly LakeRow[] {
  const row = (run: number, figures: JsonObject | null): LakeRow => ({
    profile_id: profileId(position),
    gone: figures === null,
    computed: JSON.stringify(figures ?? {}),
    run,
    changed_at: isoTime(CHANGED),
    dt: isoDay(CHANGED),
  });
  return [row(1, { ltv: 18, brands: ["pro"] }), row(2, computed)];
}

/** One link with everybody on the list and somebody unknown, then one that has not arrived whole. */
export function listRows(list: string, people: readonly Somebody[]): readonly LakeRow[] {
  const keys = people.flatMap(({ lists }, position) => (lists.includes(list) ? [keyOf(position)] : []));
  const row = (version: number, key: string | null, members: number | null): LakeRow => ({
    list_id: list,
    version,
    base: version,
    nth: 1,
    identity_key: key,
    members,
    ends: members === null ? null : true,
    imported_at: isoTime(CHANGED),
    dt: isoDay(CHANGED),
  });
  const first = [...keys, "user_id:nobody"];
  return [
    ...first.map((key) => row(1, key, null)),
    row(1, null, first.length),
    row(2, keyOf(0), null),
    row(2, null, 2),
  ];
}
