import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { tributaryOfThisFile } from "#test/support/tributary-of-this-file.ts";
import { runLocal } from "#test/support/tributary-process.ts";

const tributary = tributaryOfThisFile();
const { data } = tributary;
/** Four orders as a till exported them, with French numbers; the last has lost its customer. */
const ORDERS = `client;courriel;date;montant;ticket
1001;ana@example.org;2026-09-03;49,90;T-1
1002;bo@example.org;2026-09-04;120,00;T-2
1001;ana@example.org;2026-10-11;15,10;T-3
;;2026-10-12;9,00;T-4
`;

/*
 * A mapping says what a row means: which events it gives, and where their members come from. What stands on the right is
 * JSONata: a column's name is its value, text in quotes stands for itself.
 */
const MAPPING = `
name: shop-orders
source: shop
rows:
  - type: track
    event: '"Order Completed"'
    messageId: ticket
    userId: client
    timestamp: date
    properties:
      order_id: ticket
      revenue: $number($replace(montant, ",", "."))
      currency: '"EUR"'
    context:
      traits:
        email: courriel
`;

const file = join(data, "orders.csv");
const mapping = join(data, "orders.yaml");

/** `npm run local -- import FILE --mapping FILE --json`, and the report it prints. */
async function importOrders(...options: readonly string[]) {
  const { stdout } = await runLocal("import", file, "--mapping", mapping, "--data", data, "--json", ...options);
  return JSON.parse(stdout);
}

const ask = async (sql: string): Promise<unknown> => {
  const { status, body } = await tributary.api("/api/queries", { sql });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.rows;
};

describe("2 · Import a file, ask SQL", () => {
  /* A rehearsal reads, maps and checks every row, shows what would happen, and writes nothing. */
  it("rehearses an import", async () => {
    writeFileSync(file, ORDERS);
    writeFileSync(mapping, MAPPING);
    const report = await importOrders("--dry-run");
    expect(report).toMatchObject({
      dryRun: true,
      rows: 4,
      events: 3,
      badEvents: 1,
      badByCode: { "event.no_identity": 1 },
      revenue: { EUR: 185 },
      form: { kind: "csv", separator: ";" },
    });
    expect(report.samples).toHaveLength(3);
    expect(await ask("SELECT count(*) AS n FROM events")).toEqual([[0]]);
  });

  /*
   * Then it is done, beside the running server. The command comes back when everything can be asked for. Rows that fail
   * are kept as bad events with their number and the reason; the others go through.
   */
  it("imports it", async () => {
    const report = await importOrders();
    expect(report).toMatchObject({ dryRun: false, events: 3, badEvents: 1 });
    await eventually(async () => {
      const { body } = await tributary.api("/api/profiles/email:ana@example.org");
      expect(body.identifiers.map(({ value }: { value: string }) => value)).toEqual(["1001", "ana@example.org"]);
    });
    const { body } = await tributary.api("/api/bad-events");
    expect(body.badEvents).toMatchObject([{ code: "event.no_identity", position: 4 }]);
  });

  /* The lake's tables and views are asked in Athena's SQL, on one machine as in the cloud. */
  it("answers SQL over the lake", async () => {
    expect(
      await ask(`
        SELECT p.profile_id IS NOT NULL AS known, count(*) AS orders, round(sum(o.revenue), 2) AS revenue
        FROM orders o JOIN profiles p ON p.profile_id = o.profile_id
        GROUP BY 1, p.profile_id ORDER BY revenue DESC`),
    ).toEqual([
      [true, 1, 120],
      [true, 2, 65],
    ]);
    expect(
      await ask("SELECT date_format(event_time, '%Y-%m') AS month, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1"),
    ).toEqual([
      ["2026-09", 2],
      ["2026-10", 1],
    ]);
    /* The same from the command line, without a server if need be. */
    const { stdout } = await runLocal("sql", "SELECT count(*) AS orders FROM orders", "--data", data);
    expect(stdout).toMatch(/\b3\b/);
  });

  /* Only questions are taken, one at a time, and only about the lake. What is wrong is said by code, in words. */
  it("refuses what is no question", async () => {
    for (const sql of [
      "DROP TABLE events_log",
      "SELECT * FROM read_csv('/etc/passwd')",
      "SELEC 1",
      "SELECT 1; SELECT 2",
    ]) {
      const { status, body } = await tributary.api("/api/queries", { sql });
      expect([sql, status, body.code]).toEqual([sql, 400, "sql.refused"]);
    }
  });

  /* The same file again is the same events, since their ids are made of the mapping and the rows: nothing counts twice. */
  it("imports it again, and nothing counts twice", async () => {
    const report = await importOrders();
    expect(report.alreadyDone).toBe(true);
    await importOrders("--again");
    expect(await ask("SELECT count(*) AS n, round(sum(revenue), 2) AS revenue FROM orders")).toEqual([[3, 185]]);
  });
});
