import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import { type Admission, admit } from "#core/events/admit.ts";
import type { PlannedContent } from "#core/events/plan-check.ts";
import type { PlanMode } from "#core/events/source.ts";
import { identifierText, type Normalise } from "#core/kernel/identifier.ts";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { compilePlan } from "./compile-plan.ts";
import { readTrackingPlan } from "./read-tracking-plan.ts";
import type { TrackingPlan } from "./tracking-plan.ts";

function planOf(written: unknown): TrackingPlan {
  const plan = readTrackingPlan(written);
  if (isRejection(plan)) throw new Error(plan.message);
  return plan;
}

const PLAN = planOf({
  name: "Shop",
  definitions: { product: { type: "object", properties: { sku: { type: "string" }, price: { type: "number" } } } },
  events: [
    {
      name: "Order Completed",
      schema: {
        type: "object",
        properties: {
          order_id: { type: "string" },
          total: { type: "number", minimum: 0 },
          products: { type: "array", items: { $ref: "#/$defs/product" } },
          extra: { type: "object", properties: { gift: { type: "boolean" } }, additionalProperties: true },
        },
        required: ["order_id"],
      },
    },
    {
      name: "Order Completed",
      version: 2,
      schema: { properties: { id: { type: "string" } }, required: ["id"], additionalProperties: false },
    },
    { type: "identify", schema: { properties: { plan: { type: "string" }, first_name: {} } } },
  ],
});

const check = compilePlan(PLAN);
const asked = (more: Partial<PlannedContent> = {}): PlannedContent => ({
  type: "track",
  name: "Order Completed",
  properties: {},
  traits: {},
  context: { protocols: { event_version: 1 } },
  ...more,
});

describe("a tracking plan", () => {
  it("takes what it describes", () => {
    const properties = {
      order_id: "o1",
      total: 3,
      products: [{ sku: "a", price: 1 }],
      extra: { gift: true, note: "x" },
    };
    expect(check(asked({ properties }))).toEqual({ status: "planned", problems: [] });
  });

  it("tells what is wrong and where, and which names it does not know, at any depth", () => {
    const properties = { total: -1, colour: "red", products: [{ sku: "a" }, { sku: 7, weight: 3 }] };
    expect(check(asked({ properties }))).toEqual({
      status: "violating",
      problems: [
        { path: "properties.order_id", message: "it is required" },
        { path: "properties.total", message: "at least 0 is expected" },
        { path: "properties.products.1.sku", message: "string is expected" },
        { path: "properties.colour", message: "not in the plan" },
        { path: "properties.products.1.weight", message: "not in the plan" },
      ],
      properties: { total: -1, products: [{ sku: "a" }, { sku: 7 }] },
    });
  });

  it("does not call a violation what its schema takes: it is only not planned", () => {
    const properties = { order_id: "o1", colour: "red" };
    expect(check(asked({ properties }))).toEqual({
      status: "planned",
      problems: [{ path: "properties.colour", message: "not in the plan" }],
      properties: { order_id: "o1" },
    });
  });

  it("holds each event to the version it names, else to the highest", () => {
    expect(check(asked({ context: {}, properties: { id: "o1" } })).status).toBe("planned");
    expect(check(asked({ context: { protocols: { event_version: "2" } }, properties: { id: "o1" } })).status).toBe(
      "planned",
    );
    expect(check(asked({ context: { protocols: { event_version: 9 } }, properties: { id: "o1" } }))).toEqual({
      status: "violating",
      problems: [{ path: "context.protocols.event_version", message: "one of 1, 2 is expected" }],
    });
    // A closed schema violates and omits at once, and says so once.
    expect(check(asked({ context: {}, properties: { id: "o1", x: 1 } }))).toEqual({
      status: "violating",
      problems: [{ path: "properties.x", message: "not in the plan" }],
      properties: { id: "o1" },
    });
  });

  it("tells events it does not name, of the types it speaks of alone", () => {
    expect(check(asked({ name: "Order Compelted" }))).toEqual({
      status: "unplanned",
      problems: [{ path: "event", message: "Order Compelted is not in the plan" }],
    });
    expect(check(asked({ type: "page", name: "page" })).status).toBe("planned");
    expect(compilePlan({ ...PLAN, unplannedEvents: "allow" })(asked({ name: "Other" })).status).toBe("planned");
  });

  it("holds a person's traits to it wherever they are sent", () => {
    const context = { traits: { plan: "pro", email: "ana@x.example" }, protocols: { event_version: 1 } };
    expect(check(asked({ properties: { order_id: "o1" }, context }))).toEqual({
      status: "planned",
      problems: [{ path: "context.traits.email", message: "not in the plan" }],
      context: { traits: { plan: "pro" }, protocols: { event_version: 1 } },
    });
  });

  it("keeps few problems of an event, and short names", () => {
    const properties = Object.fromEntries(Array.from({ length: 500 }, (_, nth) => [`${nth}-`.repeat(200), 1]));
    const { problems } = check(asked({ properties }));
    expect(problems).toHaveLength(20);
    expect(problems.at(-1)).toEqual({ path: "", message: "and more" });
    expect(JSON.stringify(problems).length).toBeLessThan(4_000);
  });
});

/** Every text that looks like an address is one: enough to see what becomes an identifier. */
const normalise: Normalise = (type, value) =>
  typeof value === "string" && value !== "" ? ({ type, value, strength: 0 } as never) : undefined;

const held = (sent: JsonObject, mode?: PlanMode) => {
  const admission: Admission = {
    source: "shop",
    trust: "server",
    receivedAt: Date.parse("2026-11-02T10:00:00Z"),
    limits: defaultAdmissionLimits,
    normalise,
    ...(mode === undefined ? {} : { plan: { check, mode } }),
  };
  return admit(sent, { position: 0 }, admission);
};

const value = fc.constantFrom<Json>(1, -1, "x", null, true, [], [{ sku: "a", secret: 1 }, { price: "x" }, 3], {
  gift: 1,
  secret: 2,
});
const properties = fc.dictionary(
  fc.constantFrom("order_id", "total", "products", "extra", "id", "colour", "__proto__"),
  value,
);
const sent = fc.record({
  type: fc.constant("track"),
  event: fc.constantFrom("Order Completed", "Order Completed", "Something Else"),
  userId: fc.constant("u1"),
  messageId: fc.constant("m1"),
  timestamp: fc.constant("2026-11-02T09:00:00Z"),
  properties,
  context: fc.constantFrom<JsonObject>({}, { protocols: { event_version: 1 } }, { traits: { email: "ana@x.example" } }),
}) as fc.Arbitrary<JsonObject>;

const eventOf = (admitted: ReturnType<typeof held>) => {
  if (admitted.kind !== "event") throw new Error("it was refused");
  return admitted.event;
};

describe("an event that is held to a plan", () => {
  it("comes in as it is, marked, where the plan only reports", () => {
    fc.assert(
      fc.property(sent, (one) => {
        const { plan, ...reported } = eventOf(held(one, "report"));
        expect(reported).toEqual(eventOf(held(one)));
        expect(plan).toBeDefined();
      }),
    );
  });

  it("loses what is not planned, once and for all, where that is omitted", () => {
    fc.assert(
      fc.property(sent, (one) => {
        const omitted = eventOf(held(one, "omit"));
        const again = eventOf(held({ ...one, properties: omitted.properties, context: omitted.context }, "omit"));
        expect(again.properties).toEqual(omitted.properties);
        expect(again.context).toEqual(omitted.context);
        expect(again.plan?.problems.filter(({ message }) => message === "not in the plan")).toEqual([]);
        expect(JSON.stringify(omitted.properties)).not.toContain(
          one.event === "Order Completed" ? "colour" : "nothing",
        );
        // What is still wrong is wrong in itself, not too much.
        if (omitted.plan?.status === "planned") expect(again.plan?.status).toBe("planned");
      }),
    );
  });

  it("is kept whole, with the reasons, where it is refused", () => {
    let refused = 0;
    fc.assert(
      fc.property(sent, (one) => {
        const admitted = held(one, "refuse");
        const { plan } = eventOf(held(one, "report"));
        expect(admitted.kind).toBe(plan?.status === "planned" ? "event" : "bad");
        if (admitted.kind !== "bad") return;
        refused++;
        expect(JSON.parse(admitted.badEvent.payload)).toEqual(one);
        expect(admitted.badEvent.problems).toEqual(plan?.problems);
        expect(admitted.badEvent.code).toBe(plan?.status === "unplanned" ? "event.unplanned" : "event.plan_violation");
      }),
    );
    expect(refused).toBeGreaterThan(10);
  });

  it("is not known by what was left out of it", () => {
    const identify = { type: "identify", userId: "u1", traits: { email: "ana@x.example", plan: "pro" } };
    const known = (mode: PlanMode) => eventOf(held(identify, mode)).identifiers.map(identifierText);
    expect(known("report")).toEqual(["user_id:u1", "email:ana@x.example"]);
    expect(known("omit")).toEqual(["user_id:u1"]);
    const inContext = { type: "track", event: "Order Completed", userId: "u1", context: { traits: identify.traits } };
    const event = eventOf(held(inContext, "omit"));
    expect(event.identifiers.map(identifierText)).toEqual(["user_id:u1"]);
    expect(JSON.stringify(event)).not.toContain("ana@x.example");
  });
});
