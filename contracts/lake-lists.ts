import type { ListMemberRow } from "#core/segments/list-member-row.ts";

/** Lists that people import: identifiers as rows, in links that count only when all of their rows are there. */
export const LIST_MEMBERS = {
  list_id: "string",
  version: "bigint",
  base: "bigint",
  nth: "bigint",
  identity_key: "string",
  members: "bigint",
  ends: "boolean",
  imported_at: "timestamp",
  dt: "string",
} as const satisfies { readonly [Name in keyof ListMemberRow]: "string" | "bigint" | "boolean" | "timestamp" };

/**
 * `list_links`: the links of each list as it may be read now: of the latest link that ends an upload and whose chain has
 * arrived whole, that chain. Rows reach the lake in any order, some twice, some minutes later: until the last is there
 * the list stays as it was. Where a link was begun twice (its writer died), the later one stands.
 *
 * `list_people`: who is on a list, by identity as of now. An identifier that nobody is known by yet matches nobody, and
 * matches whoever turns up with it, without another import.
 */
export const LIST_VIEWS = {
  list_links: `
    WITH arrived AS (
      SELECT list_id, version, base, nth, max(members) AS members, bool_or(ends) AS ends, min(imported_at) AS imported_at
      FROM list_members
      GROUP BY list_id, version, base, nth
      HAVING count(DISTINCT identity_key) = max(members)
    ), links AS (
      SELECT list_id, version, base, nth, members, ends, imported_at
      FROM (SELECT *, row_number() OVER (PARTITION BY list_id, base, nth ORDER BY version DESC) AS latest FROM arrived)
      WHERE latest = 1
    ), chained AS (
      SELECT *, row_number() OVER (PARTITION BY list_id, base ORDER BY nth) AS place FROM links
    ), heads AS (
      SELECT list_id, base, nth, row_number() OVER (PARTITION BY list_id ORDER BY version DESC) AS latest
      FROM chained WHERE ends AND place = nth
    )
    SELECT c.list_id, c.version, c.base, c.nth, c.members, c.imported_at
    FROM chained c JOIN heads h ON h.list_id = c.list_id AND h.base = c.base AND h.latest = 1
    WHERE c.nth <= h.nth AND c.place = c.nth`,
  list_people: `
    SELECT DISTINCT l.list_id, m.profile_id
    FROM list_links l
    JOIN list_members r ON r.list_id = l.list_id AND r.version = l.version
    JOIN identity_map m ON m.identity_key = r.identity_key`,
} as const;

export const LIST_VIEW_COLUMNS = {
  list_links: {
    list_id: "string",
    version: "bigint",
    base: "bigint",
    nth: "bigint",
    members: "bigint",
    imported_at: "timestamp",
  },
  list_people: { list_id: "string", profile_id: "string" },
} as const;
