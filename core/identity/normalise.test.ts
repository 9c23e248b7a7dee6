import { describe, expect, it } from "vitest";
import { identifierKey } from "#core/kernel/identifier.ts";
import { IdentityRules } from "./identity-rules.ts";
import { normaliserFor } from "./normalise.ts";

const normalise = normaliserFor(
  IdentityRules.parse({
    limits: { session_id: 0 },
    blocked: { email: ["info@shop.example"], "*": ["todo"] },
    blockedPatterns: { email: [".*@mailinator\\.com"] },
  }),
);
const valueIn = (type: string, raw: unknown): string | undefined => normalise(type, raw)?.value;

describe("normalising an identifier", () => {
  it.each([
    ["email", " Zoé.Martin@Exämple.FR ", "zoé.martin@xn--exmple-cua.fr"],
    ["email", "a+b.c@Gmail.com", "a+b.c@gmail.com"],
    ["phone", "06 12 34 56 78", "+33612345678"],
    ["phone", "+1 (415) 555-0132", "+14155550132"],
    ["phone", "0690 12 34 56", "+590690123456"],
    ["phone", "0692-12-34-56", "+262692123456"],
    ["user_id", " 00042 ", "00042"],
    ["user_id", 42, "42"],
    ["loyalty_card", "AbC", "AbC"],
  ])("reads %s %j as %s", (type, raw, value) => {
    expect(valueIn(type, raw)).toBe(value);
  });

  it.each([
    ["user_id", ""],
    ["user_id", "  "],
    ["user_id", "NULL"],
    ["user_id", "undefined"],
    ["user_id", "0000"],
    ["user_id", "--"],
    ["user_id", -1],
    ["user_id", "[object Object]"],
    ["anonymous_id", "00000000-0000-0000-0000-000000000000"],
    ["email", "Test@Test.com"],
    ["email", "nobody"],
    ["email", "two words@example.org"],
    ["email", "info@shop.example"],
    ["email", "x@mailinator.com"],
    ["phone", "12"],
    ["loyalty_card", "todo"],
    ["session_id", "s-1"],
    ["user_id", "x".repeat(257)],
    ["user_id", null],
    ["user_id", { id: 1 }],
    ["user_id", Number.NaN],
  ])("takes %s %j for nobody", (type, raw) => {
    expect(valueIn(type, raw)).toBeUndefined();
  });

  it("blocks a pattern only where it is the whole value", () => {
    expect(valueIn("email", "x@mailinator.com.example.org")).toBe("x@mailinator.com.example.org");
  });

  it("gives types named as JavaScript names its own things a key like any other", () => {
    expect(identifierKey({ type: "constructor", value: "x" })).toMatch(/^1[\w-]{22}$/);
  });
});
