import { describe, expect, it } from "vitest";
import { planTypes } from "./plan-types.ts";
import type { TrackingPlan } from "./tracking-plan.ts";
import { typeText } from "./type-text.ts";

describe("a schema as a type", () => {
  it.each<[Parameters<typeof typeText>[0], string]>([
    [true, "unknown"],
    [false, "never"],
    [{ type: "integer" }, "number"],
    [{ type: ["string", "null"] }, "string | null"],
    [{ enum: ["a", 'b"', 3, null] }, '"a" | "b\\"" | 3 | null'],
    [{ const: { a: 1 } }, "unknown"],
    [{ type: "array", items: { type: ["string", "number"] } }, "(string | number)[]"],
    [{ type: "array", prefixItems: [{ type: "string" }], items: false }, "string[]"],
    [{ anyOf: [{ type: "string" }, { type: "number" }] }, "string | number"],
    [{ anyOf: [{ type: "string" }, {}] }, "unknown"],
    [{ allOf: [{ type: "string" }, { enum: ["a", "b"] }] }, 'string & ("a" | "b")'],
    [{ type: "object" }, "{\n  [name: string]: unknown;\n}"],
    [{ type: "object", additionalProperties: false }, "Record<string, never>"],
    [{ type: "object", additionalProperties: { type: "number" } }, "{\n  [name: string]: number;\n}"],
    [
      { properties: { "a-b": {}, c: { description: "of */ course" } }, required: ["c"], additionalProperties: true },
      '{\n  "a-b"?: unknown;\n  /** of *\\/ course */\n  c: unknown;\n  [name: string]: unknown;\n}',
    ],
  ])("%j is %s", (schema, text) => {
    expect(typeText(schema)).toBe(text);
  });
});

const event = (name: string, version = 1, schema = {}): TrackingPlan["events"][number] => ({
  type: "track",
  name,
  version,
  schema,
});

describe("a plan as types", () => {
  it("names each version of each event, and maps names to the highest", () => {
    const text = planTypes({
      name: "Shop",
      unplannedEvents: "report",
      events: [
        event("Order Completed", 1, { properties: { a: { type: "string" } } }),
        event("Order Completed", 2, { properties: { b: { type: "string" } }, required: ["b"] }),
        event("order completed"),
        event("order-Completed"),
        event("3 Clicks"),
        event("Track Events"),
        event("—"),
        { ...event("identify"), type: "identify" },
      ],
    });
    const declared = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name);
    expect(declared).toEqual([
      "OrderCompleted",
      "OrderCompletedV2",
      "OrderCompleted_2",
      "OrderCompleted_3",
      "Event3Clicks",
      "TrackEvents_2",
      "Event",
      "IdentifyTraits",
      "TrackEvents",
      "PlannedTrack",
    ]);
    expect(text).toContain('  "Order Completed": OrderCompletedV2;\n  "order completed": OrderCompleted_2;');
    expect(text).not.toContain('"identify":');
  });
});
