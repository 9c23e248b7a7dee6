import { AthenaClient, InvalidRequestException } from "@aws-sdk/client-athena";
import { describe, expect, it } from "vitest";
import { answered } from "#test/support/answering-client.ts";
import { pageBehind, readPage } from "./athena-pages.ts";

/** Athena that keeps an answer of numbers, a heading first, in pages of its own. */
function keeping(count: number, each: number): AthenaClient {
  const rows = ["n", ...Array.from({ length: count }, (_, at) => String(at))];
  const client = new AthenaClient({
    region: "us-east-1",
    credentials: { accessKeyId: "none", secretAccessKey: "none" },
  });
  return answered(client, (_, { QueryExecutionId, NextToken }) => {
    if (QueryExecutionId !== "q1") throw new InvalidRequestException({ message: "not found", $metadata: {} });
    const from = Number(NextToken ?? 0);
    return {
      ResultSet: {
        ResultSetMetadata: { ColumnInfo: [{ Name: "n", Type: "bigint" }] },
        Rows: rows.slice(from, from + each).map((text) => ({ Data: [{ VarCharValue: text }] })),
      },
      ...(from + each < rows.length ? { NextToken: String(from + each) } : {}),
    };
  });
}

describe("pages of an answer that Athena keeps", () => {
  it.each([
    [25, 10, 4],
    [25, 4, 10],
    [25, 10, 10],
    [25, 100, 25],
    [25, 100, 24],
    [0, 10, 5],
  ])("hold each of %i rows once, whatever Athena's own pages of %i are, %i at a time", async (count, each, rows) => {
    const client = keeping(count, each);
    const size = { rows, characters: 1_000 };
    const pages = [await readPage(client, { id: "q1", row: 1 }, size)];
    for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
      const page = await pageBehind(client, next, size);
      if (page === undefined) break;
      pages.push(page);
    }
    expect(pages.flatMap((page) => page.rows.map(([n]) => n))).toEqual(Array.from({ length: count }, (_, at) => at));
    expect(pages.slice(0, -1).every((page) => page.rows.length === rows)).toBe(true);
    expect(pages).toHaveLength(Math.max(1, Math.ceil(count / rows)));
  });

  it("end early where rows are large, and a row that is larger than a page is refused", async () => {
    const client = keeping(5, 100);
    const page = await readPage(client, { id: "q1", row: 1 }, { rows: 100, characters: 7 });
    expect(page.rows).toEqual([[0], [1]]);
    await expect(readPage(client, { id: "q1", row: 1 }, { rows: 100, characters: 2 })).rejects.toThrow("select less");
  });

  it("are unknown where the cursor is none of ours, or its answer is gone", async () => {
    const size = { rows: 10, characters: 100 };
    const cursorOf = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString("base64url");
    const others = [
      "",
      "x",
      cursorOf({}),
      cursorOf(["../q1", 0, ""]),
      cursorOf(["q1", -1, ""]),
      cursorOf(["q2", 0, ""]),
    ];
    for (const cursor of others) expect(await pageBehind(keeping(5, 10), cursor, size), cursor).toBeUndefined();
  });
});
