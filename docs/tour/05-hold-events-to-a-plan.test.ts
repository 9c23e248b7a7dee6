import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { tributaryOfThisFile } from "#test/support/tributary-of-this-file.ts";
import { runLocal } from "#test/support/tributary-process.ts";

const tributary = tributaryOfThisFile();
const { data } = tributary;
const plans = (...args: readonly string[]) => runLocal("plans", ...args, "--data", data);

/** Holds the source to the plan so strictly; known to the collector at once, on this machine. */
async function hold(mode: "report" | "omit" | "refuse"): Promise<void> {
  const { body } = await tributary.api("/api/sources/default");
  const changed = await tributary.api("/api/sources/default", { ...body, plan: { id: "shop", mode } }, "PUT");
  expect(changed.status).toBe(200);
}

const order = (messageId: string, properties: object, event = "Order Completed"): object => ({
  type: "track",
  event,
  userId: "ana",
  messageId,
  properties,
});

const send = (...batch: readonly object[]) => tributary.send("/v1/batch", { batch });

/** What is kept of an event, once it is there. */
const kept = (messageId: string) =>
  eventually(async () => {
    const sql = `SELECT plan_status, properties FROM events WHERE message_id = '${messageId}'`;
    const [row] = await tributary.rows(sql);
    if (row === undefined) throw new Error(`${messageId} is not there yet`);
    return { status: row[0], properties: JSON.parse(String(row[1])) as unknown };
  });

describe("5. Hold events to a plan", () => {
  it("begins with what comes in: a draft of it, gone over and applied", async () => {
    await send(order("m1", { order_id: "o1", total: 12.5 }), order("m2", { order_id: "o2", total: 3 }));
    await kept("m2");
    const file = join(data, "shop.yaml");
    expect((await plans("infer", "--name", "Shop", "--out", file)).stdout).toContain("is written");
    expect(readFileSync(file, "utf8")).toContain("order_id");
    expect((await plans("apply", file)).stdout).toBe("shop  created\n");
  });

  it("then tells what does not keep to it, and changes nothing", async () => {
    await hold("report");
    await send(order("m3", { order_id: "o3", total: "12.50", note: "for Ana" }), order("m4", {}, "Order Compelted"));
    expect(await kept("m3")).toEqual({
      status: "violating",
      properties: { order_id: "o3", total: "12.50", note: "for Ana" },
    });
    expect(await kept("m4")).toMatchObject({ status: "unplanned" });
    const { stdout } = await plans("violations", "shop");
    expect(stdout).toMatch(/Order Completed +properties\.total +number is expected +1 +0 +m3/);
    expect(stdout).toMatch(/Order Completed +properties\.note +not in the plan +1/);
    expect(stdout).toMatch(/Order Compelted +the event is not in the plan +1/);
  });

  it("then keeps what is not in it from being held at all", async () => {
    await hold("omit");
    await send(order("m5", { order_id: "o5", total: 4, note: "for Ana" }));
    expect(await kept("m5")).toEqual({ status: "planned", properties: { order_id: "o5", total: 4 } });
  });

  it("then refuses, and keeps what it refused", async () => {
    await hold("refuse");
    await send(order("m6", { order_id: "o6", total: "4" }));
    const refused = await eventually(async () => {
      const { body } = await tributary.api("/api/bad-events?code=event.plan_violation");
      expect(body.badEvents).toHaveLength(1);
      return body.badEvents[0];
    });
    expect(refused).toMatchObject({
      problems: [{ path: "properties.total", message: "number is expected" }],
      payload: expect.stringContaining('"total":"4"'),
    });
    expect((await tributary.api("/api/tracking-plans/shop", undefined, "DELETE")).body.code).toBe(
      "tracking_plan.in_use",
    );
  });

  it("and writes TypeScript, so that the next release sends what is planned", async () => {
    const file = join(data, "events.ts");
    await plans("types", "shop", "--out", file);
    expect(readFileSync(file, "utf8")).toContain('"Order Completed": OrderCompleted;');
    const events = join(data, "events.ndjson");
    writeFileSync(events, `${JSON.stringify(order("m7", { order_id: "o7", total: 1 }))}\n`);
    expect((await plans("check", join(data, "shop.yaml"), events)).stdout).toContain("1 events: 1 as planned");
  });
});
