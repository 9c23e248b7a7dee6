import { describe, expect, it } from "vitest";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import type { PlannedContent } from "#core/events/plan-check.ts";
import { plansIn } from "./plans-in.flow.ts";
import type { TrackingPlan } from "./tracking-plan.ts";

const plan = (name: string): TrackingPlan => ({
  name: "Shop",
  unplannedEvents: "report",
  events: [{ type: "track", name, version: 1, schema: {} }],
});
const event = (name: string): PlannedContent => ({ type: "track", name, properties: {}, traits: {}, context: {} });

function world() {
  let now = 0;
  let asked = 0;
  const definitions = memoryDefinitions<TrackingPlan>(() => now);
  let broken: Error | undefined;
  const get = async (id: string) => {
    asked++;
    if (broken !== undefined) throw broken;
    return definitions.get(id);
  };
  const plans = plansIn({ get }, () => now);
  return {
    definitions,
    plans,
    asked: () => asked,
    pass: (ms: number) => {
      now += ms;
    },
    breakWith: (error: Error | undefined) => {
      broken = error;
    },
    statusOf: async (name: string) => (await plans.checkOf("shop"))?.(event(name)).status,
  };
}

describe("plans in definitions", () => {
  it("are asked once a minute, however many events come, and are then as they stand", async () => {
    const { definitions, plans, asked, pass, statusOf } = world();
    await definitions.put("shop", plan("A"), 0);
    await Promise.all([statusOf("A"), statusOf("A"), statusOf("B")]);
    expect(asked()).toBe(1);
    const before = await plans.checkOf("shop");
    await definitions.put("shop", plan("B"), 1);
    expect(await statusOf("A")).toBe("planned");
    pass(60_000);
    expect([await statusOf("A"), await statusOf("B")]).toEqual(["unplanned", "planned"]);
    expect(asked()).toBe(2);
    expect(await plans.checkOf("shop")).not.toBe(before);
  });

  it("stay compiled while they are the same, and not where another took their place", async () => {
    const { definitions, plans, pass, statusOf } = world();
    await definitions.put("shop", plan("A"), 0);
    const before = await plans.checkOf("shop");
    pass(60_000);
    expect(await plans.checkOf("shop")).toBe(before);
    await definitions.delete("shop");
    await definitions.put("shop", plan("B"), 0);
    pass(60_000);
    expect(await statusOf("B")).toBe("planned");
  });

  it("that are not there are looked for again soon", async () => {
    const { definitions, pass, statusOf } = world();
    expect(await statusOf("A")).toBeUndefined();
    await definitions.put("shop", plan("A"), 0);
    expect(await statusOf("A")).toBeUndefined();
    pass(5_000);
    expect(await statusOf("A")).toBe("planned");
  });

  it("that cannot be looked up let nothing in unheld, and are looked up again", async () => {
    const { definitions, plans, breakWith, statusOf } = world();
    await definitions.put("shop", plan("A"), 0);
    breakWith(new Error("no route to the store"));
    await expect(plans.checkOf("shop")).rejects.toThrow("no route");
    breakWith(undefined);
    expect(await statusOf("A")).toBe("planned");
  });
});
