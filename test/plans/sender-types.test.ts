import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { isRejection } from "#core/kernel/rejection.ts";
import { planTypes } from "#core/plans/plan-types.ts";
import { readTrackingPlan } from "#core/plans/read-tracking-plan.ts";

const ROOT = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "tributary-types-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plan = readTrackingPlan({
  name: "Shop",
  events: [
    {
      name: "Order Completed",
      schema: {
        type: "object",
        properties: {
          order_id: { type: "string" },
          currency: { enum: ["EUR", "USD"] },
          products: { type: "array", items: { type: "object", properties: { sku: { type: "string" } } } },
        },
        required: ["order_id"],
      },
    },
    { name: "Cart Viewed", schema: { type: "object", properties: { cart_id: { type: "string" } } } },
  ],
});
if (isRejection(plan)) throw new Error(plan.message);

const SENDER = `import { Analytics } from "@segment/analytics-node";
import { plannedTrack } from "./events.ts";

const track = plannedTrack(new Analytics({ writeKey: "k" }));
track({ userId: "u", event: "Order Completed", properties: { order_id: "o", currency: "EUR", products: [{ sku: "a" }] } });
track({ anonymousId: "a", event: "Cart Viewed" });
`;

/** Each is wrong in one way; the compiler must say so in its line. */
const WRONG = [
  'track({ userId: "u", event: "Order Compelted", properties: { order_id: "o" } });',
  'track({ userId: "u", event: "Order Completed", properties: { order_id: 7 } });',
  'track({ userId: "u", event: "Order Completed", properties: { currency: "EUR" } });',
  'track({ userId: "u", event: "Order Completed", properties: { order_id: "o", colour: "red" } });',
  'track({ userId: "u", event: "Order Completed", properties: { order_id: "o", currency: "GBP" } });',
  'track({ userId: "u", event: "Order Completed", properties: { order_id: "o", products: [{ price: 1 }] } });',
  'track({ userId: "u", event: "Order Completed" });',
  'track({ event: "Cart Viewed" });',
];

/** What the compiler says of a sender, by line. */
async function complaints(sender: string): Promise<readonly number[]> {
  writeFileSync(join(folder, "sender.ts"), sender);
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--allowImportingTsExtensions"];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, "node_modules/typescript/bin/tsc"), "--types", "node", ...options, "sender.ts"],
    { cwd: folder, timeout: 240_000 },
  ).catch((failed: { readonly stdout: string }) => failed);
  const lines = [...stdout.matchAll(/^(\w+\.ts)\((\d+),/gm)].map(([, file, line]) => [file, Number(line)] as const);
  expect(lines.filter(([file]) => file !== "sender.ts")).toEqual([]);
  return [...new Set(lines.map(([, line]) => line))].sort((x, y) => x - y);
}

describe("types made of a plan", () => {
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "events.ts"), planTypes(plan));

  it("let what is planned be sent with Segment's client, and nothing else", { timeout: 300_000 }, async () => {
    expect(await complaints(SENDER)).toEqual([]);
    const first = SENDER.split("\n").length;
    expect(await complaints(SENDER + WRONG.join("\n"))).toEqual(WRONG.map((_, nth) => first + nth));
  });
});
