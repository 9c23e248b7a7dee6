import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import {
  newDataFolder,
  removeDataFolder,
  runLocal,
  startTributary,
  type TributaryProcess,
} from "#test/support/tributary-process.ts";

const data = newDataFolder();
let tributary: TributaryProcess;
beforeAll(async () => {
  tributary = await startTributary(data);
});
afterAll(async () => {
  await tributary.stop();
  removeDataFolder(data);
});

/*
 * A release of the shop calls the event's name `name`, sends amounts as text, and misspells revenue. Beside these orders
 * it sends what is right.
 */
const order = (nth: number): object => ({
  type: "track",
  name: "Order Completed",
  userId: `customer-${nth}`,
  messageId: `order-${nth}`,
  timestamp: "2026-11-01T09:00:00Z",
  properties: { order_id: `T-${nth}`, reveneu: "12.50", currency: "EUR" },
});
const seen = { type: "track", event: "Product Viewed", userId: "customer-1", messageId: "seen-1" };

const RULES = `
rules:
  - { do: rename, from: name, to: event }
  - { do: rename, from: properties.reveneu, to: properties.revenue }
  - { do: cast, path: properties.revenue, to: number }
`;
const rules = join(data, "mend.yaml");

const badEvents = async (...args: readonly string[]) => (await runLocal("bad-events", ...args, "--data", data)).stdout;
const orders = () =>
  tributary.rows("SELECT count(*) AS n, sum(revenue) AS revenue FROM events WHERE event = 'Order Completed'");

describe("4 · Let refused events in after all", () => {
  /* What cannot be used is refused event by event, and kept: the others of its batch go in. */
  it("keeps what it refuses", async () => {
    const { status, body } = await tributary.send("/v1/batch", { batch: [order(1), seen, order(2)] });
    expect([status, body.accepted, body.refused]).toEqual([
      200,
      1,
      [
        { position: 0, code: "event.no_name" },
        { position: 2, code: "event.no_name" },
      ],
    ]);
    await eventually(async () => expect(await badEvents("list")).toContain("a track call names its event"));
  });

  /* An export has a line for each, in the form that `docs/schemas` publishes. */
  it("exports them", async () => {
    const out = join(data, "bad.ndjson");
    await badEvents("export", "--code", "event.no_name", "--out", out);
    const lines = readFileSync(out, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(JSON.parse(line).payload).messageId).sort()).toEqual(["order-1", "order-2"]);
  });

  /* Rules say how to mend them. A rehearsal tells what would become of each, and changes nothing. */
  it("rehearses a recovery", async () => {
    writeFileSync(rules, RULES);
    expect(await badEvents("recover", "--code", "event.no_name", "--rules", rules)).toContain("2 events would come in");
    expect(await orders()).toEqual([[0, null]]);
  });

  /* Then they come in, with the time at which they were sent, and into the profiles of their people. */
  it("recovers them", async () => {
    const report = JSON.parse(await badEvents("recover", "--rules", rules, "--apply", "--json"));
    expect(report.counts).toMatchObject({ recovered: 2, events: 2 });
    await eventually(async () => expect(await orders()).toEqual([[2, 25]]));
    const { body } = await tributary.api("/api/profiles/user_id:customer-2");
    expect(body.identifiers).toMatchObject([{ value: "customer-2", firstSeen: "2026-11-01T09:00:00.000Z" }]);
  });

  /* Once: the same again finds nothing left, and whoever names an event hears that it is in. A kill changes nothing of that. */
  it("recovers them once", async () => {
    await tributary.kill();
    tributary = await startTributary(data);
    const { body: listed } = await tributary.api("/api/bad-events?recovered=true");
    const ids: readonly string[] = listed.badEvents.map(({ id }: { readonly id: string }) => id);
    expect(ids.length).toBe(2);
    const again = { filter: { ids }, rules: [{ do: "set", path: "event", value: "Else" }], dryRun: false };
    const { body } = await tributary.api("/api/bad-events/recover", again);
    expect(body.counts).toMatchObject({ already_recovered: 2, events: 0 });
    expect(await orders()).toEqual([[2, 25]]);
    expect(await tributary.rows("SELECT count(*) FROM events")).toEqual([[3]]);
  });

  /* The same commands work on the folder by itself, when no server runs on it. */
  it("needs no server", async () => {
    await tributary.stop();
    expect(JSON.parse(await badEvents("list", "--json"))).toMatchObject({
      counts: [{ code: "event.no_name", count: 2 }],
    });
    tributary = await startTributary(data);
  });
});
