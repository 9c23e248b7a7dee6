import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { readCondition } from "#core/segments/read-condition.ts";
import type { Window } from "#core/segments/window.ts";
import { athenaDialect } from "./athena-dialect.ts";
import { duckdbDialect } from "./duckdb-dialect.ts";
import { textLiteral } from "./literal.ts";
import { segmentSql } from "./segment-sql.ts";

const NOW = Date.UTC(1998, 6, 1);

const CONDITION: ResolvedCondition = {
  all: [
    { event: "Order Completed", within: { last: "90d" }, count: { gte: 2 } },
    { trait: "campaigns", contains: 18 },
    {
      not: { event: "It's back", where: [{ property: "items.0.sku", matches: "a*" }], sum: { of: "amount", gt: 10.5 } },
    },
    { consent: "marketing", is: "granted" },
  ],
};

const DUCKDB = `WITH people AS (
  SELECT profile_id,
    len(list_filter(TRY_CAST(trait_1 AS JSON[]), lambda item: coalesce(TRY_CAST(CAST(item AS VARCHAR) AS DOUBLE) = 18e0, FALSE))) > 0 AS trait_1_has_1,
    CASE WHEN starts_with(CAST(consent_1 AS VARCHAR), '"') THEN json_extract_string(consent_1, '$') END AS consent_1_text
  FROM (
    SELECT profile_id,
      TRY(json_extract(traits, '/campaigns')) AS trait_1,
      TRY(json_extract(consent, '/marketing')) AS consent_1
    FROM profiles
  ) extracted
),
happened AS (
  SELECT profile_id,
    event,
    event_time,
    dt,
    CASE WHEN starts_with(CAST(property_1 AS VARCHAR), '"') THEN json_extract_string(property_1, '$') END AS property_1_text,
    TRY_CAST(CAST(property_2 AS VARCHAR) AS DOUBLE) AS property_2_number
  FROM (
    SELECT profile_id,
      event,
      event_time,
      dt,
      TRY(json_extract(properties, '/items/0/sku')) AS property_1,
      TRY(json_extract(properties, '/amount')) AS property_2
    FROM events
    WHERE profile_id IS NOT NULL AND event IN ('Order Completed', 'It''s back') AND event_time < TIMESTAMP '1998-07-01 00:00:00.001'
  ) extracted
),
measured AS (
  SELECT profile_id,
    count(*) FILTER (WHERE event IN ('Order Completed') AND dt >= '1998-03-02' AND event_time >= TIMESTAMP '1998-04-02 00:00:00.001' AND event_time < TIMESTAMP '1998-07-01 00:00:00.001') AS measure_1,
    sum(CASE WHEN abs(property_2_number) < 1000000000000e0 THEN CAST(round(property_2_number * 1e6) AS DECIMAL(38, 0)) END) FILTER (WHERE event IN ('It''s back') AND event_time < TIMESTAMP '1998-07-01 00:00:00.001' AND coalesce(property_1_text LIKE 'a%' ESCAPE '!', FALSE)) AS measure_2
  FROM happened
  GROUP BY profile_id
)
SELECT people.profile_id
FROM people
JOIN measured ON measured.profile_id = people.profile_id
WHERE (coalesce(measure_1, 0) >= 2e0) AND (coalesce(trait_1_has_1, FALSE)) AND (NOT (coalesce(measure_2, 0) > CAST('10500000' AS DECIMAL(38, 0)))) AND (coalesce(consent_1_text, 'unknown') = 'granted')
`;

const ATHENA = `WITH people AS (
  SELECT profile_id,
    any_match(TRY_CAST(trait_1 AS ARRAY(JSON)), item -> coalesce(CASE WHEN regexp_like(json_format(item), '^[-0-9]') THEN CAST(item AS DOUBLE) END = 18e0, FALSE)) AS trait_1_has_1,
    CASE WHEN substr(json_format(consent_1), 1, 1) = '"' THEN json_extract_scalar(consent_1, '$') END AS consent_1_text
  FROM (
    SELECT profile_id,
      json_extract(traits, '$["campaigns"]') AS trait_1,
      json_extract(consent, '$["marketing"]') AS consent_1
    FROM profiles
  ) extracted
),
happened AS (
  SELECT profile_id,
    event,
    event_time,
    dt,
    CASE WHEN substr(json_format(property_1), 1, 1) = '"' THEN json_extract_scalar(property_1, '$') END AS property_1_text,
    CASE WHEN regexp_like(json_format(property_2), '^[-0-9]') THEN CAST(property_2 AS DOUBLE) END AS property_2_number
  FROM (
    SELECT profile_id,
      event,
      event_time,
      dt,
      json_extract(properties, '$["items"][0]["sku"]') AS property_1,
      json_extract(properties, '$["amount"]') AS property_2
    FROM events
    WHERE profile_id IS NOT NULL AND event IN ('Order Completed', 'It''s back') AND event_time < TIMESTAMP '1998-07-01 00:00:00.001'
  ) extracted
),
measured AS (
  SELECT profile_id,
    count(*) FILTER (WHERE event IN ('Order Completed') AND dt >= '1998-03-02' AND event_time >= TIMESTAMP '1998-04-02 00:00:00.001' AND event_time < TIMESTAMP '1998-07-01 00:00:00.001') AS measure_1,
    sum(CASE WHEN abs(property_2_number) < 1000000000000e0 THEN CAST(round(property_2_number * 1e6) AS DECIMAL(38, 0)) END) FILTER (WHERE event IN ('It''s back') AND event_time < TIMESTAMP '1998-07-01 00:00:00.001' AND coalesce(property_1_text LIKE 'a%' ESCAPE '!', FALSE)) AS measure_2
  FROM happened
  GROUP BY profile_id
)
SELECT people.profile_id
FROM people
JOIN measured ON measured.profile_id = people.profile_id
WHERE (coalesce(measure_1, 0) >= 2e0) AND (coalesce(trait_1_has_1, FALSE)) AND (NOT (coalesce(measure_2, 0) > CAST('10500000' AS DECIMAL(38, 0)))) AND (coalesce(consent_1_text, 'unknown') = 'granted')
`;

const HOSTILE = [
  ["'", "''", '"', "\\", "\\'", "--", "/*", "*/", ";", "\n", "\r", "%", "_", "!", "$", "$$"],
  ["$[", "]", "`", "\u2019", "\u02bc", "\uff07", "é", "🎉", "?", "{", "(", ")", " OR TRUE", "x", "\u202e", "\u0001"],
].flat();

describe("a segment's statement", () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "128MB" });
    connection = await instance.connect();
    await connection.run(`
      CREATE TABLE profiles AS SELECT * FROM (VALUES
        ('p_1', '{"campaigns":[18,"x"]}', '{"marketing":"granted"}'),
        ('p_2', '{"campaigns":[18]}', '{"marketing":"denied"}'),
        ('p_3', '{"campaigns":["18"]}', '{"marketing":"granted"}')) AS t (profile_id, traits, consent);
      CREATE TABLE computed_traits AS SELECT 'p_1' AS profile_id, '{"ltv":5}' AS computed;
      CREATE TABLE list_people AS SELECT 'of everybody' AS list_id, 'p_1' AS profile_id;
      CREATE TABLE events AS SELECT * FROM (VALUES
        ('p_1', 'Order Completed', TIMESTAMP '1998-06-30', '{}'), ('p_1', 'Order Completed', TIMESTAMP '1998-06-30', '{}'),
        ('p_2', 'Order Completed', TIMESTAMP '1998-06-30', '{}'), (NULL, 'Order Completed', TIMESTAMP '1998-06-30', '{}'),
        ('p_1', 'It''s back', TIMESTAMP '1998-06-30', '{"amount":1000,"items":[{"sku":"b"}]}')) AS t (profile_id, event, event_time, properties);
      ALTER TABLE events ADD COLUMN dt VARCHAR DEFAULT '1998-06-30';
    `);
  });
  afterAll(() => {
    connection.closeSync();
    instance.closeSync();
  });
  const run = async (sql: string): Promise<readonly unknown[]> =>
    (await connection.runAndReadAll(sql)).getRows().map(([value]) => value);

  it("reads so in DuckDB, and runs", async () => {
    expect(readCondition(CONDITION)).toEqual(CONDITION);
    expect(segmentSql(CONDITION, NOW, duckdbDialect)).toBe(DUCKDB);
    expect(await run(DUCKDB)).toEqual(["p_1"]);
  });

  it("reads so in Athena", () => {
    expect(segmentSql(CONDITION, NOW, athenaDialect)).toBe(ATHENA);
  });

  it("leaves the events alone where none are asked for", () => {
    expect(segmentSql({ trait: "plan", exists: true }, NOW, athenaDialect)).not.toContain("events");
  });

  it("asks for sequences so, in both", async () => {
    const asked: ResolvedCondition = {
      sequence: [
        { event: "Viewed" },
        { event: "Order Completed", after: { atLeast: "1h", atMost: "7d" } },
        { event: "It's back" },
      ],
      without: { event: "Asked" },
      within: { last: "90d" },
    };
    const sql = segmentSql(asked, NOW, athenaDialect);
    const bounds =
      "AND dt >= '1998-03-02' AND event_time >= TIMESTAMP '1998-04-02 00:00:00.001' AND event_time < TIMESTAMP '1998-07-01 00:00:00.001'";
    expect(sql.slice(sql.indexOf(",\nchained_1"))).toBe(`,
chained_1 AS (
  SELECT *,
    CASE WHEN event IN ('Order Completed') ${bounds} THEN max(CASE WHEN event IN ('Viewed') ${bounds} THEN event_time END) OVER (PARTITION BY profile_id ORDER BY event_time RANGE BETWEEN INTERVAL '7' DAY PRECEDING AND INTERVAL '3600' SECOND PRECEDING) END AS sequence_1_step_2,
    max(CASE WHEN event IN ('Asked') ${bounds} THEN event_time END) OVER (PARTITION BY profile_id ORDER BY event_time RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL '0.001' SECOND PRECEDING) AS sequence_1_without
  FROM happened
),
chained_2 AS (
  SELECT *,
    CASE WHEN event IN ('It''s back') ${bounds} THEN max(sequence_1_step_2) OVER (PARTITION BY profile_id ORDER BY event_time RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL '0.001' SECOND PRECEDING) END AS sequence_1_step_3
  FROM chained_1
),
measured AS (
  SELECT profile_id,
    bool_or(sequence_1_step_3 >= coalesce(sequence_1_without, sequence_1_step_3)) AS sequence_1
  FROM chained_2
  GROUP BY profile_id
)
SELECT people.profile_id
FROM people
JOIN measured ON measured.profile_id = people.profile_id
WHERE coalesce(sequence_1, FALSE)
`);
    // The events are the same in both dialects, but for how JSON is read, of which this asks nothing.
    expect(segmentSql(asked, NOW, duckdbDialect)).toBe(sql);
  });

  it("needs no window over events for two steps that lie any time apart", () => {
    const asked: ResolvedCondition = { sequence: [{ event: "A" }, { event: "B", after: { atLeast: "1d" } }] };
    const sql = segmentSql(asked, NOW, duckdbDialect);
    expect(sql).not.toContain("OVER");
    expect(sql).toContain("coalesce(sequence_1_end >= sequence_1 + INTERVAL '1' DAY, FALSE)");
  });

  it("reads the partitions from the day on which the first window begins, less a month, or all of them", () => {
    const within = (...windows: readonly (Window | undefined)[]): string =>
      segmentSql(
        {
          any: windows.map((each) => ({ event: "A", ...(each === undefined ? {} : { within: each }) })),
        },
        NOW,
        athenaDialect,
      );
    const read = (sql: string): string | undefined => /FROM events\n +WHERE .*/.exec(sql)?.[0];
    expect(read(within({ last: "30d" }))).toContain("dt >= '1998-05-01'");
    expect(read(within({ last: "30d" }, { from: "1998-01-01" }))).toContain("dt >= '1997-12-01'");
    expect(read(within({ last: "30d" }, undefined))).not.toContain("dt");
    expect(read(within({ from: "1000-01-01" }))).toContain("dt >= '1000-01-01'");
  });

  it("answers for people, not for events that are nobody's", async () => {
    const sql = segmentSql({ event: "Order Completed", count: { lte: 1 } }, NOW, duckdbDialect);
    expect(new Set(await run(sql))).toEqual(new Set(["p_2", "p_3"]));
  });

  it("lives with a row whose text is no JSON", async () => {
    await connection.run(`CREATE OR REPLACE TEMP VIEW profiles AS SELECT * FROM memory.main.profiles
      UNION ALL SELECT 'p_9', '{"campaigns":"\\ud83d"', '{}'`);
    expect(await run(segmentSql({ trait: "campaigns", missing: true }, NOW, duckdbDialect))).toEqual(["p_9"]);
    await connection.run("DROP VIEW temp.profiles");
  });

  const hostile = fc.oneof(
    fc
      .array(fc.constantFrom(...HOSTILE), {
        minLength: 1,
        maxLength: 12,
      })
      .map((parts) => parts.join("")),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
  );

  it("keeps every text within its literal, whatever the text", async () => {
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (name, text) => {
        const literal = textLiteral(text.replaceAll("\0", ""));
        expect(await run(`SELECT ${literal}`)).toEqual([text.replaceAll("\0", "")]);
        const asked = {
          any: [
            { trait: name, eq: text },
            { trait: name, in: [text] },
            { trait: name, contains: text },
            { trait: name, startsWith: text },
            { trait: name, endsWith: text },
            { trait: name, matches: text },
            { consent: name, is: "denied" },
            { list: text },
            { computed: name, in: [text, "plain"] },
            {
              sequence: [{ event: name }, { event: text, where: [{ property: name, eq: text }] }],
              without: { event: name },
            },
            { event: { any: [name, text] }, where: [{ property: name, ne: text }], distinct: { of: name, gt: 9 } },
          ],
        };
        const read = readCondition(asked);
        fc.pre(!("kind" in read));
        // Whatever breaks out of its literal makes an error, or members of people who have nothing of the kind.
        const members = await run(segmentSql(read as ResolvedCondition, NOW, duckdbDialect));
        expect(members).toEqual(name === "marketing" ? ["p_2"] : []);
      }),
      { numRuns: 150 },
    );
  });
});
