import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import { admit } from "#core/events/admit.ts";
import { badEventRow, eventsLogRow } from "#core/events/lake-rows.ts";
import type { PlanMode } from "#core/events/source.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { compilePlan } from "#core/plans/compile-plan.ts";
import type { TrackingPlan } from "#core/plans/tracking-plan.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";
import { NOW } from "#test/support/collect-world.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let api: ApiWorld;
beforeEach(async () => {
  api = await apiWorld(lake);
});

const PLAN = {
  name: "Shop events",
  events: [
    {
      name: "Order Completed",
      schema: {
        type: "object",
        properties: { order_id: { type: "string" }, total: { type: "number" } },
        required: ["order_id"],
      },
    },
  ],
};
const PATH = "/api/tracking-plans";

async function made(plan: JsonObject = PLAN): Promise<string> {
  const { status, body } = await api.ask("POST", PATH, plan);
  expect(status).toBe(201);
  return body.id as string;
}

/** Brings events in as the collector does, of a source that is held to the plan. */
async function send(source: string, mode: PlanMode, planId: string, events: readonly JsonObject[]): Promise<void> {
  const stored = await api.ports.trackingPlans.get(planId);
  const check = compilePlan(stored?.definition as TrackingPlan);
  const rest = { kind: "server" as const, trust: "server" as const, enabled: true, keys: [] };
  const known = await api.ports.sources.get(source);
  await api.ports.sources.put(
    source,
    { id: source, name: source, ...rest, plan: { id: planId, mode } },
    known?.version ?? 0,
  );
  for (const [position, sent] of events.entries()) {
    const receivedAt = NOW + position;
    const normalise = normaliserFor(defaultIdentityRules);
    const admission = { source, trust: "server", receivedAt, limits: defaultAdmissionLimits, normalise } as const;
    const admitted = admit(
      { userId: "u1", type: "track", ...sent },
      { position },
      { ...admission, plan: { check, mode } },
    );
    if (admitted.kind === "event") await lake.append("events_log", [eventsLogRow(admitted.event)]);
    else await lake.append("bad_events", [badEventRow(admitted.badEvent)]);
  }
}

describe("tracking plans", () => {
  it("are made, read, changed in turn and deleted", async () => {
    const id = await made();
    expect(id).toBe("shop-events");
    const { body } = await api.ask("GET", `${PATH}/${id}`);
    expect(body).toMatchObject({ id, version: 1, unplannedEvents: "report", events: [{ version: 1, type: "track" }] });
    const changed = await api.ask("PUT", `${PATH}/${id}`, { ...body, unplannedEvents: "allow" });
    expect(changed.body).toMatchObject({ version: 2, unplannedEvents: "allow" });
    expect((await api.ask("PUT", `${PATH}/${id}`, body)).body.code).toBe("definition.changed");
    expect((await api.ask("PUT", `${PATH}/${id}`, PLAN)).body.code).toBe("definition.version_needed");
    expect((await api.ask("GET", PATH)).body.trackingPlans).toHaveLength(1);
    expect((await api.ask("DELETE", `${PATH}/${id}`)).body).toEqual({ id, deleted: true });
    expect((await api.ask("DELETE", `${PATH}/${id}`)).body.code).toBe("tracking_plan.not_found");
  });

  it("say what is wrong with them", async () => {
    const schema = { properties: { total: { type: "money" } } };
    const { status, body } = await api.ask("POST", PATH, { name: "Bad", events: [{ name: "A", schema }] });
    expect([status, body.code]).toEqual([400, "tracking_plan.bad_schema"]);
    expect(body.message).toMatch(/^events\.0\.schema\.properties\.total\.type: one or several of/);
    expect((await api.ask("POST", PATH, { name: "Bad" })).body.code).toBe("tracking_plan.bad_definition");
    expect((await api.ask("POST", PATH, { ...PLAN, id: "No Good" })).body.code).toBe("definition.bad_id");
  });

  it("are not deleted while a source is held to them", async () => {
    const id = await made();
    await send("shop", "report", id, []);
    const { status, body } = await api.ask("DELETE", `${PATH}/${id}`);
    expect([status, body.code, body.message]).toEqual([409, "tracking_plan.in_use", expect.stringContaining("shop")]);
  });

  it("tell how an event would stand to them, and what would be left of it", async () => {
    const id = await made();
    const event = { event: "Order Completed", properties: { total: "3", colour: "red" } };
    expect((await api.ask("POST", `${PATH}/${id}/check`, event)).body).toEqual({
      status: "violating",
      problems: [
        { path: "properties.order_id", message: "it is required" },
        { path: "properties.total", message: "number is expected" },
        { path: "properties.colour", message: "not in the plan" },
      ],
      omitted: { properties: { total: "3" }, traits: {}, context: {} },
    });
    expect((await api.ask("POST", `${PATH}/${id}/check`, { event: "Other" })).body.status).toBe("unplanned");
    expect((await api.ask("POST", `${PATH}/none/check`, {})).body.code).toBe("tracking_plan.not_found");
  });
});

describe("violations", () => {
  it("are counted by event, path and problem, kept and refused, each with its latest sample", async () => {
    const id = await made();
    const good = { event: "Order Completed", properties: { order_id: "o", total: 3 } };
    const bad = { event: "Order Completed", properties: { total: "x" } };
    await send("shop", "report", id, [
      { ...good, messageId: "m1" },
      { ...bad, messageId: "m2" },
      { ...bad, messageId: "m2" },
      { ...bad, messageId: "m3", properties: { order_id: "o", total: "ana@x.example" } },
      { event: "Order Compelted", messageId: "m4" },
    ]);
    await send("till", "refuse", id, [bad, { event: "Order Compelted" }]);
    const { body } = await api.ask("GET", `${PATH}/${id}/violations?since=2026-11-01T00:00:00Z`);
    expect(body).toMatchObject({
      sources: ["shop", "till"],
      violations: [
        { event: "Order Completed", path: "properties.total", problem: "number is expected", count: 3, refused: 1 },
        { event: "Order Completed", path: "properties.order_id", problem: "it is required", count: 2, refused: 1 },
      ],
      unplannedEvents: [{ event: "Order Compelted", count: 2, refused: 1 }],
    });
    expect(body.violations).toMatchObject([{ sample: { id: "m3", source: "shop", refused: false } }, {}]);
    expect(JSON.stringify(body)).not.toContain("ana@x.example");
    const ofTill = await api.ask("GET", `${PATH}/${id}/violations?source=till&since=2026-11-01T00:00:00Z`);
    expect(ofTill.body).toMatchObject({ sources: ["till"], violations: [{ count: 1 }, { count: 1 }] });
    const later = await api.ask("GET", `${PATH}/${id}/violations?since=2026-11-03T00:00:00Z`);
    expect(later.body).toMatchObject({ violations: [], unplannedEvents: [] });
  });

  it("are none where no source is held to the plan", async () => {
    const { body } = await api.ask("GET", `${PATH}/${await made()}/violations`);
    expect(body).toMatchObject({ sources: [], violations: [], unplannedEvents: [] });
  });
});

describe("an inferred plan", () => {
  it("describes what came in, and can be made as it is", async () => {
    const id = await made();
    await send("lamp-shop", "report", id, [
      { event: "Product Viewed", properties: { sku: "a", price: 3 } },
      { event: "Product Viewed", properties: { sku: "b", price: 3.5, note: null } },
      { type: "identify", traits: { email: "ana@x.example" } },
    ]);
    const { status, body } = await api.ask("POST", `${PATH}/infer`, { source: "lamp-shop", name: "From the lake" });
    expect([status, body.sampled]).toEqual([200, 3]);
    expect(body.plan).toMatchObject({
      name: "From the lake",
      events: [
        {
          type: "identify",
          schema: { properties: { email: { type: "string", format: "email" } }, required: ["email"] },
        },
        {
          name: "Product Viewed",
          schema: {
            properties: { note: { type: "null" }, price: { type: "number" }, sku: {} },
            required: ["price", "sku"],
          },
        },
      ],
    });
    expect(await made(body.plan as JsonObject)).toBe("from-the-lake");
  });

  it("is not made of nothing", async () => {
    const { status, body } = await api.ask("POST", `${PATH}/infer`, { source: "nobody" });
    expect([status, body.code]).toEqual([404, "tracking_plan.nothing_to_infer"]);
  });
});
