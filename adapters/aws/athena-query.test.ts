import { AthenaClient, InvalidRequestException } from "@aws-sdk/client-athena";
import { describe, expect, it } from "vitest";
import { LakeQueryError } from "#core/kernel/ports.ts";
import { answered } from "#test/support/answering-client.ts";
import { athenaAnalystQuery, athenaQuery } from "./athena-query.ts";

const cell = (text: string | null) => (text === null ? {} : { VarCharValue: text });
const rowOf = (...texts: readonly (string | null)[]) => ({ Data: texts.map(cell) });

interface Script {
  readonly states?: readonly object[];
  readonly statementType?: string;
  readonly pages?: readonly object[];
  readonly start?: () => object;
}

const COLUMNS = [
  ["name", "varchar"],
  ["count", "bigint"],
  ["worth", "double"],
  ["ok", "boolean"],
  ["at", "timestamp"],
  ["day", "date"],
].map(([Name, Type]) => ({ Name, Type }));

/** Athena that follows a script and keeps what it was asked. */
function scripted({ states = [{ State: "SUCCEEDED" }], statementType = "DML", pages = [], start }: Script) {
  const asked: [string, Readonly<Record<string, unknown>>][] = [];
  let looks = 0;
  const client = answered(
    new AthenaClient({ region: "us-east-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } }),
    (command, input) => {
      asked.push([command, input]);
      if (command === "StartQueryExecutionCommand") return start?.() ?? { QueryExecutionId: "q1" };
      if (command === "GetQueryExecutionCommand") {
        const Status = states[Math.min(looks++, states.length - 1)];
        return { QueryExecution: { Status, StatementType: statementType } };
      }
      if (command === "GetQueryResultsCommand")
        return pages[input.NextToken === undefined ? 0 : Number(input.NextToken)] ?? {};
      return {};
    },
  );
  const options = { workgroup: "w", database: "tributary", client, pause: async () => {}, maxLooks: 5 };
  return { lake: athenaQuery(options), analyst: athenaAnalystQuery(options), asked };
}

const page = (rows: readonly object[], next?: string) => ({
  ResultSet: { ResultSetMetadata: { ColumnInfo: COLUMNS }, Rows: rows },
  ...(next === undefined ? {} : { NextToken: next }),
});
const HEADER = rowOf("name", "count", "worth", "ok", "at", "day");

describe("a query in Athena", () => {
  it("waits, pages, and answers JSON's own types", async () => {
    const { lake, asked } = scripted({
      states: [{ State: "QUEUED" }, { State: "RUNNING" }, { State: "SUCCEEDED" }],
      pages: [
        page([HEADER, rowOf("ana", "2", "0.5", "true", "2026-01-31 12:00:00.123", "2026-01-31")], "1"),
        page([rowOf(null, "9007199254740993", "NaN", "false", "2026-01-31 12:00:00 UTC", null)]),
      ],
    });
    expect(await lake.query("SELECT 1")).toEqual({
      columns: COLUMNS.map(({ Name, Type }) => ({ name: Name, type: Type })),
      rows: [
        ["ana", 2, 0.5, true, "2026-01-31T12:00:00.123Z", "2026-01-31"],
        [null, "9007199254740993", "NaN", false, "2026-01-31T12:00:00.000Z", null],
      ],
    });
    expect(asked[0]?.[1]).toMatchObject({ WorkGroup: "w", QueryExecutionContext: { Database: "tributary" } });
    expect(asked.filter(([command]) => command === "GetQueryExecutionCommand")).toHaveLength(3);
  });

  it("keeps the first row of statements that answer no header", async () => {
    const { lake } = scripted({ statementType: "UTILITY", pages: [page([rowOf("events_log")])] });
    expect((await lake.query("SHOW TABLES")).rows).toEqual([["events_log", null, null, null, null, null]]);
  });

  it("tells a statement refused from an engine out of reach", async () => {
    const failed = (ErrorCategory: number) => ({
      State: "FAILED",
      StateChangeReason: "SYNTAX_ERROR: line 1:8: Column 'x' cannot be resolved",
      AthenaError: { ErrorCategory },
    });
    await expect(scripted({ states: [failed(2)] }).lake.query("SELECT x")).rejects.toThrow(LakeQueryError);
    await expect(scripted({ states: [failed(2)] }).lake.query("SELECT x")).rejects.toThrow("line 1:8");
    await expect(scripted({ states: [failed(1)] }).lake.query("SELECT x")).rejects.not.toThrow(LakeQueryError);
    const start = () => {
      throw new InvalidRequestException({ message: "line 1:1: mismatched input", $metadata: {} });
    };
    await expect(scripted({ start }).lake.query("SELEC")).rejects.toThrow(LakeQueryError);
  });

  it("stops a query that takes too long", async () => {
    const { lake, asked } = scripted({ states: [{ State: "RUNNING" }] });
    await expect(lake.query("SELECT 1")).rejects.toThrow("took too long");
    expect(asked.at(-1)?.[0]).toBe("StopQueryExecutionCommand");
  });
});

describe("an analyst's query", () => {
  it.each([
    "SELECT 1",
    "  with x AS (SELECT 1) SELECT * FROM x;",
    "-- who?\nSELECT 'a; DROP TABLE x', \"insert\" FROM t /* ; */",
    "(SELECT 1) UNION (SELECT 2)",
    "SHOW TABLES",
    "EXPLAIN SELECT 1",
  ])("runs %j", async (sql) => {
    const { analyst, asked } = scripted({ pages: [page([HEADER])] });
    expect((await analyst.query(sql)).rows).toEqual([]);
    expect(asked[0]?.[1].QueryString).toBe(sql);
  });

  it.each([
    "",
    "-- nothing",
    "DROP TABLE events_log",
    "INSERT INTO events_log SELECT 1",
    "SELECT 1; DROP TABLE events_log",
    "/* SELECT */ DELETE FROM events_log",
    "EXPLAIN ANALYZE INSERT INTO t SELECT 1",
    "UNLOAD (SELECT 1) TO 's3://x/'",
    "CREATE TABLE t AS SELECT 1",
  ])("refuses %j before it reaches Athena", async (sql) => {
    const { analyst, asked } = scripted({});
    await expect(analyst.query(sql)).rejects.toThrow(LakeQueryError);
    expect(asked).toEqual([]);
  });

  it("refuses an answer of too many rows", async () => {
    const rows = [HEADER, ...Array.from({ length: 10_001 }, () => rowOf("x", "1", "1", "true", null, null))];
    await expect(scripted({ pages: [page(rows)] }).analyst.query("SELECT 1")).rejects.toThrow("10000 rows");
  });
});
