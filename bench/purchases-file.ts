import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { randomFrom } from "#test/contracts/random.ts";

const FIRST_DAY = Date.UTC(1997, 0, 1);
const DAYS = 545;
const DAY_MS = 86_400_000;
/** As in CDNOW: 69,659 purchases of 23,570 customers. */
const PURCHASES_EACH = 69_659 / 23_570;

/**
 * Writes a CSV file like CDNOW's with as many purchases, the same for the same number, in the order of days, as a shop's
 * till writes them: each customer's lie far apart, which is harder than CDNOW's own order, by customer.
 */
export async function writePurchases(path: string, purchases: number): Promise<{ readonly revenue: number }> {
  const random = randomFrom(purchases);
  const customers = Math.ceil(purchases / PURCHASES_EACH);
  const file = createWriteStream(path);
  file.write("customer_id,date,quantity,amount_usd\n");
  let cents = 0;
  for (let nth = 0; nth < purchases; nth++) {
    const day = new Date(FIRST_DAY + Math.floor((nth / purchases) * DAYS) * DAY_MS).toISOString().slice(0, 10);
    const amount = 500 + Math.floor(random() * 6_000);
    cents += amount;
    const customer = String(1 + Math.floor(random() * customers)).padStart(7, "0");
    const line = `${customer},${day},${1 + Math.floor(random() * 4)},${(amount / 100).toFixed(2)}\n`;
    if (!file.write(line)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
  return { revenue: cents / 100 };
}
