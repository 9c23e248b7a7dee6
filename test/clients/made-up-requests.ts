import fc from "fast-check";
import { basic, type Request } from "#test/support/collect-world.ts";
import { CAPTURED } from "./captured-requests.ts";
import { MUTATIONS, withOther } from "./mutations.ts";

/** What nobody expects in the place of a value. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(null, "", 0, -1, 1e308, true, [], {}, "\u0000", "\ud800", "__proto__", "é🛒", -0),
  fc.constantFrom<unknown>("x".repeat(40_000), basic("shop-key:"), "Bearer shop-key", "shop-key:x", [[[[{}]]]]),
  fc.constantFrom<unknown>(
    "a\r\nb: c",
    "%",
    "%ff",
    "..",
    { length: -1 },
    { toString: 1, valueOf: [] },
    "9".repeat(400),
  ),
  fc.jsonValue({ stringUnit: "binary" }),
);

const mutation = fc.tuple(fc.constantFrom(...Object.keys(MUTATIONS)), fc.nat(1_000_000), oddValue);

/** A request as a client sends it, changed in one to five ways. */
export const madeUpRequest: fc.Arbitrary<Request> = fc
  .tuple(fc.constantFrom(...CAPTURED), fc.array(mutation, { minLength: 1, maxLength: 5 }))
  .map(([{ request: captured }, mutations]) =>
    mutations.reduce<Request>((so, [name, where, value]) => MUTATIONS[name]?.(so, where, value) ?? so, captured),
  );

const SOUND = { type: "track", event: "Seen", userId: "u1", context: { page: {} }, traits: {}, properties: {} };

/** Anything that JSON can say, and events of which one thing is wrong. */
export const anythingInABatch: fc.Arbitrary<unknown> = fc.oneof(
  fc.json({ stringUnit: "binary" }).map((text) => JSON.parse(text) as unknown),
  fc.tuple(fc.nat(1_000), oddValue).map(([where, value]) => withOther(SOUND, where, value)),
);
