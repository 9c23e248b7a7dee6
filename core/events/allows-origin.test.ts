import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowsOrigin } from "./allows-origin.ts";

const allowedOrigins = [
  "https://shop.example",
  "https://*.shop.example:8443",
  "http://localhost:3000",
  "https://*.a.b",
];
const isAllowed = (origin: string | undefined): boolean => allowsOrigin({ allowedOrigins }, origin);

describe("allowed origins", () => {
  it.each([
    "https://shop.example",
    "https://www.shop.example:8443",
    "https://a.b.shop.example:8443",
    "http://localhost:3000",
    "https://x.a.b",
    undefined,
  ])("let %s in", (origin) => {
    expect(isAllowed(origin)).toBe(true);
  });
  it.each([
    "http://shop.example",
    "https://shop.example:8443",
    "https://www.shop.example",
    "https://shop.example.evil.example",
    "https://evilshop.example:8443",
    "https://.shop.example:8443",
    "https://evil.example/.shop.example:8443",
    "https://evil.example#.shop.example:8443",
    "https://u@www.shop.example:8443",
    "https://x..a.b",
    "https://localhost:3000",
    "null",
    "",
  ])("keep %j out", (origin) => {
    expect(isAllowed(origin)).toBe(false);
  });
  it("are any where none is named, and none where the list is empty", () => {
    fc.assert(
      fc.property(fc.domain(), (host) => {
        const origin = `https://${host}`;
        expect([allowsOrigin({}, origin), allowsOrigin({ allowedOrigins: [] }, origin)]).toEqual([true, false]);
      }),
    );
  });
  it("with a star take exactly the hosts below, whatever they are called", () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
    fc.assert(
      fc.property(fc.array(label, { maxLength: 4 }), (labels) => {
        const origin = `https://${[...labels, "a", "b"].join(".")}`;
        expect(isAllowed(origin)).toBe(labels.length > 0);
      }),
    );
  });
});
