import type { ComputedChangeRow } from "#core/computed/computed-change-row.ts";

/** What events make of people, written when it changes. */
export const COMPUTED_CHANGES = {
  profile_id: "string",
  gone: "boolean",
  computed: "string",
  run: "bigint",
  changed_at: "timestamp",
  dt: "string",
} as const satisfies { readonly [Name in keyof ComputedChangeRow]: "string" | "bigint" | "boolean" | "timestamp" };

/** `computed_traits`: each profile's computed traits as they stand, one row a profile; `computed` is a JSON object. */
export const COMPUTED_VIEWS = {
  computed_traits: `
    SELECT profile_id, computed, run, changed_at
    FROM (
      SELECT *, row_number() OVER (PARTITION BY profile_id ORDER BY run DESC, changed_at DESC) AS nth FROM computed_changes
    )
    WHERE nth = 1 AND NOT gone`,
} as const;

export const COMPUTED_VIEW_COLUMNS = {
  computed_traits: { profile_id: "string", computed: "string", run: "bigint", changed_at: "timestamp" },
} as const;
