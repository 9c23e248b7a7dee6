import { NOT_OVERTAKEN } from "./lake-settled.ts";

/**
 * Who was in a segment when, from `segment_changes`. A change that repeats the one before it for the same person (a row
 * that came twice, a run made again) counts once: only turns count.
 *
 * `segment_turns` is each real change; `segment_members` who is in by the latest evaluation that the lake has heard of,
 * and since when; `segment_sizes` how many came, left and were in by the end of each UTC day on which anything changed.
 */
export const SEGMENT_VIEWS = {
  segment_turns: `
    SELECT segment_id, profile_id, change, evaluated_at, definition_version, cause
    FROM (
      SELECT *, lag(change) OVER (
        PARTITION BY segment_id, profile_id ORDER BY evaluated_at, definition_version, change, cause
      ) AS before
      FROM segment_changes WHERE ${NOT_OVERTAKEN}
    )
    WHERE change <> coalesce(before, 'left')`,
  segment_members: `
    SELECT segment_id, profile_id, evaluated_at AS since, definition_version
    FROM (
      SELECT *, row_number() OVER (
        PARTITION BY segment_id, profile_id ORDER BY evaluated_at DESC, definition_version DESC, change DESC, cause DESC
      ) AS nth
      FROM segment_turns
    )
    WHERE nth = 1 AND change = 'entered'`,
  segment_sizes: `
    SELECT segment_id, day, entered, departed,
      CAST(sum(entered - departed) OVER (PARTITION BY segment_id ORDER BY day) AS BIGINT) AS members
    FROM (
      SELECT segment_id, CAST(CAST(evaluated_at AS DATE) AS VARCHAR) AS day,
        count(CASE WHEN change = 'entered' THEN 1 END) AS entered,
        count(CASE WHEN change = 'left' THEN 1 END) AS departed
      FROM segment_turns
      GROUP BY segment_id, CAST(evaluated_at AS DATE)
    )`,
} as const;

export const SEGMENT_VIEW_COLUMNS = {
  segment_turns: {
    segment_id: "string",
    profile_id: "string",
    change: "string",
    evaluated_at: "timestamp",
    definition_version: "bigint",
    cause: "string",
  },
  segment_members: {
    segment_id: "string",
    profile_id: "string",
    since: "timestamp",
    definition_version: "bigint",
  },
  segment_sizes: {
    segment_id: "string",
    day: "string",
    entered: "bigint",
    departed: "bigint",
    members: "bigint",
  },
} as const;
