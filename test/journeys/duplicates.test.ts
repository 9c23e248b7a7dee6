import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
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
  expect(await tributary.stop()).toBe(0);
  removeDataFolder(data);
});

const HAPPENED = Date.now() - 60_000;
const time = (ms: number): string => new Date(HAPPENED + ms).toISOString();

const ana = { userId: "ana", anonymousId: "a-1" };
const signUp = {
  ...ana,
  type: "identify",
  messageId: "m-1",
  timestamp: time(0),
  traits: { email: "ana@example.org", plan: "free" },
  context: { consent: { categoryPreferences: { marketing_email: true } } },
};
const order = {
  ...ana,
  type: "track",
  event: "Order Completed",
  messageId: "m-2",
  timestamp: time(1_000),
  properties: { revenue: 49.9, currency: "EUR", order_id: "o-1" },
};
const upgrade = { ...ana, type: "identify", messageId: "m-3", timestamp: time(2_000), traits: { plan: "pro" } };
/** It happened whenever it came in: it does not say. */
const timeless = { ...ana, type: "track", event: "Seen", messageId: "m-4" };
const batch = [signUp, order, upgrade, timeless];
const first = { batch, sentAt: time(3_000) };

const accepted = { status: 200, body: { success: true } };

/** All that anybody can see of what came in. */
async function whatIsThere() {
  const events = await tributary.rows(
    "SELECT source, message_id, event_time, received_at, revenue, profile_id FROM events ORDER BY source, message_id",
  );
  const changes = await Promise.all(
    ["profile_changes", "identity_changes", "consent_changes"].map((table) =>
      tributary.rows(`SELECT * FROM ${table} ORDER BY version, changed_at, profile_id`),
    ),
  );
  const orders = await tributary.rows("SELECT count(*), sum(revenue) FROM orders");
  const { body: profile } = await tributary.api("/api/profiles/user_id:ana");
  return { events, changes, orders, profile };
}

const copies: readonly (readonly [how: string, send: () => Promise<unknown>])[] = [
  ["the same bytes", () => tributary.send("/v1/batch", first)],
  [
    "sent anew, with a new time of sending",
    () => tributary.send("/v1/batch", { batch, sentAt: new Date().toISOString() }),
  ],
  ["twice in one batch", () => tributary.send("/v1/batch", { batch: [...batch, ...batch] })],
  ["backwards", () => tributary.send("/v1/batch", { ...first, batch: batch.toReversed() })],
  ["in compressed bytes", () => tributary.send("/v1/batch", gzipSync(JSON.stringify(first)))],
  ["by the route of its type", () => tributary.send("/v1/identify", signUp)],
  [
    "ten times at once",
    async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => tributary.send("/v1/batch", first)));
      expect(answers).toEqual(answers.map(() => accepted));
      return answers[0];
    },
  ],
];

describe("what is sent again", () => {
  let before: Awaited<ReturnType<typeof whatIsThere>>;

  it("was there once", async () => {
    expect(await tributary.send("/v1/batch", first)).toEqual(accepted);
    before = await whatIsThere();
    expect(before.events.map(([, id]) => id)).toEqual(["m-1", "m-2", "m-3", "m-4"]);
    expect(before.orders).toEqual([[1, 49.9]]);
    expect(before.profile).toMatchObject({
      traits: { plan: "pro" },
      consent: { marketing_email: { state: "granted" } },
    });
  });

  it.each(copies)("has no second effect: %s", async (_how, send) => {
    expect(await send()).toEqual(accepted);
    expect(await whatIsThere()).toEqual(before);
  });

  it("has none after a power cut in between, whether it was processed by then or not", async () => {
    for (const wait of [false, true]) {
      expect(await tributary.send("/v1/batch", first)).toEqual(accepted);
      if (wait) await tributary.rows("SELECT count(*) FROM events");
      await tributary.kill();
      tributary = await startTributary(data);
      expect(await tributary.send("/v1/batch", first)).toEqual(accepted);
      expect(await whatIsThere()).toEqual(before);
    }
    const copied = await tributary.rows("SELECT count(*) > 40, count(DISTINCT message_id) FROM events_log");
    expect(copied).toEqual([[true, 4]]);
  });

  it("has none where it says something else: what came first stands", async () => {
    const other = { ...upgrade, traits: { plan: "zzz" }, timestamp: time(50_000) };
    expect(await tributary.send("/v1/batch", { batch: [other], sentAt: time(50_000) })).toEqual(accepted);
    expect(await whatIsThere()).toEqual(before);
    const both = { ...ana, type: "track", messageId: "m-5", timestamp: time(4_000) };
    await tributary.send("/v1/batch", {
      batch: [
        { ...both, event: "One" },
        { ...both, event: "Another" },
      ],
    });
    expect(await tributary.rows("SELECT event FROM events WHERE message_id = 'm-5'")).toEqual([["One"]]);
  });

  it("is another event where another source says it", async () => {
    const [file, mapping] = [join(data, "till.csv"), join(data, "till.yaml")];
    writeFileSync(file, "id,customer\nm-2,ana\nm-2,ana\n");
    const row =
      "  - type: track\n    event: '\"Seen\"'\n    userId: customer\n    messageId: id\n    timestamp: \"'2026-10-01'\"\n";
    const form = 'format: { kind: csv, separator: "," }';
    writeFileSync(mapping, `name: till\nsource: till\n${form}\nrows:\n${row}`);
    await runLocal("import", file, "--mapping", mapping, "--data", data);
    await eventually(async () =>
      expect(
        await tributary.rows("SELECT source, count(*) FROM events WHERE message_id = 'm-2' GROUP BY source ORDER BY 1"),
      ).toEqual([
        ["default", 1],
        ["till", 1],
      ]),
    );
  });
});

describe("a campaign", () => {
  it("writes to nobody twice because events, or its own run, were asked for again", async () => {
    const segment = { id: "pros", name: "Pros", condition: { trait: "plan", eq: "pro" } };
    expect((await tributary.api("/api/segments", segment)).status).toBe(201);
    const campaign = {
      id: "thanks",
      name: "Thank you",
      segmentId: "pros",
      channel: "email",
      purpose: "marketing_email",
      holdoutPercent: 0,
      treatments: [{ name: "plain", template: { subject: "Thank you", text: "See you soon." } }],
    };
    expect((await tributary.api("/api/campaigns", campaign)).status).toBe(201);
    const run = async () => {
      expect(
        (await tributary.api("/api/campaigns/thanks/runs", { runId: "once", now: new Date().toISOString() })).status,
      ).toBe(202);
    };
    const messages = () => tributary.rows("SELECT status, address FROM messages");
    await run();
    await eventually(async () => expect(await messages()).toEqual([["sent", "ana@example.org"]]));
    await tributary.send("/v1/batch", first);
    await run();
    await tributary.send("/v1/batch", { batch, sentAt: new Date().toISOString() });
    await sleep(500);
    expect(await messages()).toEqual([["sent", "ana@example.org"]]);
    const told = await tributary.rows("SELECT count(*) FROM message_events WHERE status = 'sent'");
    expect(told).toEqual([[1]]);
  });
});
