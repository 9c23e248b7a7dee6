import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { isJsonObject, type JsonObject } from "#core/kernel/json.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { compilePlan } from "#core/plans/compile-plan.ts";
import { readTrackingPlan } from "#core/plans/read-tracking-plan.ts";
import { hasSharedData, sharedData } from "#test/support/shared-data.ts";

const read = readTrackingPlan(parse(readFileSync(join(import.meta.dirname, "../../plans/ecommerce.yaml"), "utf8")));
if (isRejection(read)) throw new Error(read.message);
const plan = read;
const names = new Set(plan.events.map(({ name }) => name));
const check = compilePlan(plan);
const verdictOn = (name: string, properties: JsonObject) =>
  check({ type: "track", name, properties, traits: {}, context: {} });

/** Every event of the spec, in its order. */
const SPEC = [
  ["Products Searched", "Product List Viewed", "Product List Filtered", "Promotion Viewed", "Promotion Clicked"],
  ["Product Clicked", "Product Viewed", "Product Added", "Product Removed", "Cart Viewed", "Checkout Started"],
  ["Checkout Step Viewed", "Checkout Step Completed", "Payment Info Entered", "Order Updated", "Order Completed"],
  ["Order Refunded", "Order Cancelled", "Coupon Entered", "Coupon Applied", "Coupon Denied", "Coupon Removed"],
  ["Product Added to Wishlist", "Product Removed from Wishlist", "Wishlist Product Added to Cart"],
  ["Product Shared", "Cart Shared", "Product Reviewed"],
].flat();

describe("the e-commerce plan", () => {
  it("names the events of Segment's spec", () => {
    expect(plan.events.map(({ name }) => name)).toEqual(SPEC);
  });

  it("knows every property of an order, and what is wrong with one", () => {
    const product = {
      product_id: "1",
      sku: "a",
      name: "Lamp",
      price: 19,
      quantity: 1,
      position: 1,
      image_url: "https://x.example/a.jpg",
    };
    const order = {
      checkout_id: "c",
      order_id: "o",
      affiliation: "Shop",
      subtotal: 22.5,
      total: 27.5,
      revenue: 25,
      shipping: 3,
      tax: 2,
      discount: 2.5,
      coupon: "MAY",
      currency: "EUR",
      products: [product],
    };
    expect(verdictOn("Order Completed", order)).toEqual({ status: "planned", problems: [] });
    expect(verdictOn("Order Completed", { ...order, total: "27.5", products: [{ ...product, price: "19" }] })).toEqual({
      status: "violating",
      problems: [
        { path: "properties.total", message: "number is expected" },
        { path: "properties.products.0.price", message: "number is expected" },
      ],
    });
    expect(verdictOn("Order Compelted", order).status).toBe("unplanned");
  });

  it.skipIf(!hasSharedData("rudder_events"))("takes real e-commerce events but those whose types are wrong", () => {
    const text = gunzipSync(readFileSync(sharedData("rudder_events/events.ndjson.gz"))).toString();
    const events = text
      .split("\n")
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { readonly message: JsonObject }).message)
      .filter(({ event }) => typeof event === "string" && names.has(event));
    const verdicts = events.map(({ event, properties }) =>
      verdictOn(String(event), isJsonObject(properties) ? properties : {}),
    );
    const wrong = verdicts.filter(({ status }) => status === "violating");
    expect([events.length, wrong.length]).toEqual([108, 23]);
    // A price as text, an id as a number: nothing that the spec would call right.
    const messages = wrong.flatMap(({ problems }) => problems.map(({ message }) => message));
    const typed = messages.filter((message) => !/^not in the plan$|^and more$/.test(message));
    expect(typed.length).toBeGreaterThan(20);
    expect(typed.filter((message) => !/^(number|string|array) is expected$/.test(message))).toEqual([]);
  });

  it.skipIf(!hasSharedData("segment_docs_examples"))("has nothing to say against the spec's own examples", () => {
    const lines = readFileSync(sharedData("segment_docs_examples/spec_examples.ndjson"), "utf8")
      .split("\n")
      .filter(Boolean);
    const messages = lines.map((line) => (JSON.parse(line) as { readonly message: JsonObject }).message);
    expect(messages.length).toBeGreaterThan(30);
    // Of other chapters of the spec: none of its e-commerce events is among them.
    expect(messages.filter(({ event }) => typeof event === "string" && names.has(event))).toEqual([]);
    const statuses = messages
      .filter(({ type }) => type !== "track")
      .map(
        ({ type }) =>
          check({ type: type as "page", name: String(type), properties: {}, traits: {}, context: {} }).status,
      );
    expect(new Set(statuses)).toEqual(new Set(["planned"]));
  });
});
