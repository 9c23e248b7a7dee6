import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Event } from "#core/events/event.ts";
import { eventFrom, shopRequests } from "./aws-workload.ts";

const DATA = process.env.TRIBUTARY_DATA ?? fileURLToPath(new URL("../../shared/data", import.meta.url));
const TRANSACTIONS = join(DATA, "completejourney", "transactions_sample.csv.gz");
const DEMOGRAPHICS = join(DATA, "completejourney", "demographics.csv");
/** The shop's own day, long after the last purchase. */
const RECEIVED = Date.UTC(2026, 8, 1);

/** A shop's visits, logins and orders in the order in which they come. */
export const shopEvents = (people: number, visitsEach: number): readonly Event[] =>
  shopRequests(people, visitsEach).flat();

/**
 * The Complete Journey's households, then what they bought in the order of time: as the mappings that come with
 * Tributary read them. `undefined` where the shared data is not at hand.
 */
export function completeJourneyEvents(): readonly Event[] | undefined {
  if (!existsSync(TRANSACTIONS) || !existsSync(DEMOGRAPHICS)) return undefined;
  const households = rowsOf(readFileSync(DEMOGRAPHICS, "utf8")).map(({ household_id: userId = "", ...traits }) =>
    eventFrom(
      { type: "identify", userId, messageId: `cj-household-${userId}`, timestamp: "2017-01-01T00:00:00Z", traits },
      "server",
      { receivedAt: RECEIVED },
    ),
  );
  const purchases = rowsOf(gunzipSync(readFileSync(TRANSACTIONS)).toString()).map((row) =>
    eventFrom(
      {
        type: "track",
        event: "Product Purchased",
        userId: row.household_id ?? "",
        messageId: `cj-${row.basket_id}-${row.product_id}`,
        timestamp: row.transaction_timestamp ?? "",
        properties: {
          order_id: row.basket_id ?? "",
          product_id: row.product_id ?? "",
          store_id: row.store_id ?? "",
          quantity: Number(row.quantity),
          revenue: Number(row.sales_value),
          currency: "USD",
        },
      },
      "server",
      { receivedAt: RECEIVED },
    ),
  );
  return [...households, ...purchases.sort((x, y) => x.eventTime - y.eventTime)];
}

/** Plain CSV, as this data is: no value has a comma or a quotation mark in it. */
function rowsOf(csv: string): readonly Readonly<Record<string, string>>[] {
  const [head = "", ...lines] = csv.trim().split(/\r?\n/);
  const names = head.split(",");
  return lines.map((line) => {
    const values = line.split(",");
    if (values.length !== names.length) throw new Error("this CSV is not as plain as it was");
    return Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
  });
}
