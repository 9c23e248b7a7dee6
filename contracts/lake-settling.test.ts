import { describe, expect, it } from "vitest";
import { runsOf, SETTLED_IN_S3, SETTLING, settledRows, unloadSettled } from "./lake-settling.ts";

const files = { days: ["2026-11-20"], paths: ["s3://lake/segment_changes/dt=2026-11-20/stream-1"] };

describe("the statement that settles a table's files", () => {
  it("parts what counts from what does not, and both by day", () => {
    expect(
      unloadSettled(settledRows("segment_changes", files), "s3://lake/settling/it's here/"),
    ).toMatchInlineSnapshot(`
      "
        UNLOAD (
          SELECT segment_id, definition_version, profile_id, change, evaluated_at, cause, nth = 1 AS settled, CASE WHEN nth = 1 THEN 'current' ELSE 'former' END AS part, dt
          FROM (
            SELECT segment_id, definition_version, profile_id, change, evaluated_at, cause, dt, "$path" AS path, row_number() OVER (PARTITION BY profile_id, segment_id, evaluated_at, definition_version, change, cause ORDER BY CASE WHEN settled THEN 0 ELSE 1 END) AS nth
            FROM segment_changes WHERE (settled IS NULL OR settled) AND (profile_id IS NULL OR profile_id IN (SELECT profile_id FROM segment_changes WHERE dt IN ('2026-11-20') AND "$path" IN ('s3://lake/segment_changes/dt=2026-11-20/stream-1')))
          )
          WHERE path IN ('s3://lake/segment_changes/dt=2026-11-20/stream-1')
          ORDER BY profile_id, segment_id, evaluated_at, definition_version, change, cause
        ) TO 's3://lake/settling/it''s here/'
        WITH (format = 'PARQUET', compression = 'ZSTD', partitioned_by = ARRAY['part', 'dt'])"
    `);
  });

  it("fits into what Athena takes, with as many files as a run has, under the longest names", () => {
    const day = (nth: number): string => `2026-${String(10 + (nth % 3))}-${String(1 + (nth % 17)).padStart(2, "0")}`;
    const days = Array.from({ length: 50 }, (_, nth) => day(nth));
    for (const table of SETTLED_IN_S3) {
      const folder = `s3://${"b".repeat(63)}/${table}/dt=2026-11-20/`;
      const name = `${"s".repeat(64)}-10-2026-11-20-10-00-00-00000000-0000-0000-0000-000000000000.parquet`;
      const paths = Array.from({ length: 300 }, () => folder + name);
      const statement = unloadSettled(settledRows(table, { days, paths }), `s3://${"b".repeat(63)}/${"k".repeat(200)}`);
      expect(Buffer.byteLength(statement), table).toBeLessThan(262_144);
    }
  });

  it("is remembered apart for each table, that of the log where it always was", () => {
    const places = SETTLED_IN_S3.map(runsOf);
    expect(places[0]).toBe(SETTLING.runs);
    for (const [at, place] of places.entries()) {
      expect(places.filter((other, nth) => nth !== at && other.startsWith(place))).toEqual([]);
    }
  });
});
