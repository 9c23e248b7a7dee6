import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { LAKE_VIEWS, MESSAGE_EVENTS } from "#contracts/lake.ts";
import { MESSAGE_STATUS_RANK, type MessageEventRow, messageEventRow } from "#core/campaigns/message-event-row.ts";

const TYPES = { string: "VARCHAR", timestamp: "TIMESTAMP" } as const;

const row = (messageId: string, status: MessageEventRow["status"], at: number, over: object = {}): MessageEventRow =>
  messageEventRow({
    messageId,
    campaignId: "spring",
    runId: "r1",
    profileId: `p_${messageId}`,
    channel: "email",
    address: null,
    treatment: status === "planned" || status === "sent" ? "a" : null,
    status,
    reason: null,
    at,
    ...over,
  });

async function ask(rows: readonly MessageEventRow[], sql: string): Promise<readonly unknown[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const columns = Object.entries(MESSAGE_EVENTS).map(([name, type]) => `${name} ${TYPES[type]}`);
    await connection.run(`CREATE TABLE message_events (${columns.join(", ")})`);
    for (const one of rows) {
      const values = Object.keys(MESSAGE_EVENTS).map((name) => one[name as keyof MessageEventRow]);
      await connection.run(`INSERT INTO message_events VALUES (${values.map(() => "?").join(", ")})`, values);
    }
    for (const name of ["messages", "campaign_results"])
      await connection.run(`CREATE VIEW ${name} AS ${LAKE_VIEWS[name]}`);
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe("the views of messages", () => {
  it("show the status of the highest rank, whatever order rows come in and however often", async () => {
    const statuses = Object.keys(MESSAGE_STATUS_RANK) as readonly MessageEventRow["status"][];
    const pairs = statuses.flatMap((x) => statuses.map((y) => [x, y] as const));
    // Of each pair the lower rank is the later, and each row comes twice.
    const rows = pairs.flatMap(([x, y], at) => {
      const [low, high] = MESSAGE_STATUS_RANK[x] <= MESSAGE_STATUS_RANK[y] ? [x, y] : [y, x];
      const later = row(`m${at}`, low, 2_000);
      const earlier = row(`m${at}`, high, MESSAGE_STATUS_RANK[low] === MESSAGE_STATUS_RANK[high] ? 3_000 : 1_000);
      return [later, earlier, later, earlier];
    });
    const shown = new Map((await ask(rows, "SELECT message_id, status FROM messages")) as [string, string][]);
    expect(shown.size).toBe(pairs.length);
    pairs.forEach(([x, y], at) => {
      expect(shown.get(`m${at}`)).toBe(MESSAGE_STATUS_RANK[x] <= MESSAGE_STATUS_RANK[y] ? y : x);
    });
  });

  it("count people by run, treatment, status and reason", async () => {
    const rows = [
      row("1", "planned", 1),
      row("1", "sent", 2),
      row("2", "planned", 1),
      row("2", "planned", 5),
      row("3", "not_sent", 1, { reason: "consent_unknown" }),
      row("4", "held_out", 1),
      row("4", "held_out", 1),
    ];
    const results = await ask(
      rows,
      "SELECT run_id, treatment, status, reason, people::INTEGER FROM campaign_results ORDER BY status",
    );
    expect(results).toEqual([
      ["r1", null, "held_out", null, 1],
      ["r1", null, "not_sent", "consent_unknown", 1],
      ["r1", "a", "planned", null, 1],
      ["r1", "a", "sent", null, 1],
    ]);
  });
});
