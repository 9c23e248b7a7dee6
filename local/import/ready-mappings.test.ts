import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { memoryImportLedger } from "#adapters/memory/import-ledger.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { findMapping, readyMappings } from "./find-mapping.ts";
import { importCommand } from "./import-command.ts";

const DATA = process.env.TRIBUTARY_DATA ?? resolve(fileURLToPath(new URL("../..", import.meta.url)), "../shared/data");
const present = existsSync(DATA);
if (!present) console.warn("ready mappings: skipped, because the shared data (TRIBUTARY_DATA) is not here");

async function imported(file: string, mapping: string) {
  const events: Event[] = [];
  let report = "";
  const code = await importCommand([`${DATA}/${file}`, "--mapping", mapping, "--json"], {
    clock: () => Date.UTC(2026, 0, 1),
    rules: async () => defaultIdentityRules,
    openData: async () => ({
      intake: { append: async (batch) => void events.push(...batch.events) },
      ledger: memoryImportLedger(),
      settled: async () => {},
      close: async () => {},
    }),
    stdout: {
      write: (text) => {
        report += text;
      },
    },
    stderr: process.stderr,
  });
  const people = new Set(events.map(({ identifiers }) => identifiers[0]?.value)).size;
  const ids = new Set(events.map(({ messageId }) => messageId)).size;
  return { code, events, people, ids, report: JSON.parse(report) };
}

describe("the ready mappings", () => {
  it("can all be read", async () => {
    for (const name of await readyMappings()) {
      const plan = await findMapping(name);
      expect(isRejection(plan) ? plan.message : plan.name).toBe(name);
    }
  });

  describe.skipIf(!present)("on the data they were made for", () => {
    it("CDNOW: 69,659 orders of 23,570 people, 2,500,315.63 USD", async () => {
      const { report, people, ids, events } = await imported("cdnow/cdnow_master.csv.gz", "cdnow");
      expect(report).toMatchObject({ events: 69_659, badEvents: 0, revenue: { USD: 2_500_315.63 } });
      expect([people, ids]).toEqual([23_570, 69_659]);
      expect(events[0]).toMatchObject({
        name: "Order Completed",
        userId: "00001",
        eventTime: Date.UTC(1997, 0, 1),
        properties: { revenue: 11.77, quantity: 1, currency: "USD" },
      });
      const discs = events.map(({ properties }) => properties.quantity as number).reduce((a, b) => a + b);
      expect(discs).toBe(167_881);
    });

    it("Complete Journey transactions: 75,000 of 2,377 households, 233,935.24 USD in 47,243 baskets", async () => {
      const file = "completejourney/transactions_sample.csv.gz";
      const { report, people, ids, events } = await imported(file, "completejourney-transactions");
      expect(report).toMatchObject({ events: 75_000, badEvents: 0, revenue: { USD: 233_935.24 } });
      expect([people, ids]).toEqual([2_377, 75_000]);
      expect(new Set(events.map(({ properties }) => properties.order_id)).size).toBe(47_243);
    });

    it("Complete Journey demographics: traits of 801 households, none where a cell is empty", async () => {
      const file = "completejourney/demographics.csv";
      const { report, people, events } = await imported(file, "completejourney-demographics");
      expect([report.events, report.badEvents, people]).toEqual([801, 0, 801]);
      const third = events.find(({ userId }) => userId === "1003");
      expect(third?.traits).toEqual({
        age: "35-44",
        income: "25-34K",
        marital_status: "Unmarried",
        household_size: "1",
        household_comp: "1 Adult No Kids",
        kids_count: "0",
      });
    });

    it("Complete Journey campaigns: 6,589 targetings of 1,559 households, each an event and a trait", async () => {
      const { report, people, ids, events } = await imported(
        "completejourney/campaigns.csv",
        "completejourney-campaigns",
      );
      expect([report.events, report.badEvents, people, ids]).toEqual([6_589, 0, 1_559, 6_589]);
      expect(events.find(({ properties }) => properties.campaign_id === "18")).toMatchObject({
        name: "Campaign Targeted",
        eventTime: Date.UTC(2017, 9, 30),
        context: { traits: { campaign_18: true } },
      });
    });

    it("Complete Journey redemptions: 2,102 coupons of 410 households", async () => {
      const file = "completejourney/coupon_redemptions.csv";
      const { report, people, ids } = await imported(file, "completejourney-redemptions");
      expect([report.events, report.badEvents, people, ids]).toEqual([2_102, 0, 410, 2_102]);
    });
  });
});
