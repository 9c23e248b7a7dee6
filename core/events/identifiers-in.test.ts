import { describe, expect, it } from "vitest";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { identifiersIn } from "./identifiers-in.ts";

const normalise = normaliserFor(defaultIdentityRules);
const named = (fields: { userId?: string; anonymousId?: string; traits?: JsonObject; context?: JsonObject }) =>
  identifiersIn({ traits: {}, context: {}, ...fields }, normalise).map(({ type, value }) => `${type}:${value}`);

const externalIds = (count: number, type = "loyalty_card") =>
  Array.from({ length: count }, (_, nth) => ({ type, id: `card ${String(nth).padStart(5, "0")}` }));

describe("the identifiers of one event", () => {
  it("are the event's own, however many others it lists, and the first of those", () => {
    const own = { userId: "ana", anonymousId: "a-1", traits: { email: "ana@example.org", phone: "06 12 34 56 78" } };
    const found = named({ ...own, context: { device: { id: "d-1" }, externalIds: externalIds(5_000) } });
    expect(found).toHaveLength(5 + 32);
    expect(found).toEqual(
      expect.arrayContaining([
        "user_id:ana",
        "email:ana@example.org",
        "phone:+33612345678",
        "device_id:d-1",
        "anonymous_id:a-1",
      ]),
    );
    expect(found.filter((each) => each.startsWith("loyalty_card:")).at(-1)).toBe("loyalty_card:card 00031");
  });

  it("are each there once, and one that is nobody takes nobody's place", () => {
    const list = [
      ...externalIds(3),
      ...externalIds(3),
      { type: "loyalty_card", id: "null" },
      ...externalIds(40, "crm_id"),
    ];
    const found = named({ userId: "ana", context: { externalIds: list } });
    expect(found.filter((each) => each.startsWith("loyalty_card:"))).toHaveLength(3);
    expect(found.filter((each) => each.startsWith("crm_id:"))).toHaveLength(29);
  });

  it("have types that cannot be taken for part of a value", () => {
    const list = ["a:b", "Email", "", "__proto__", "x".repeat(41), "9lives"].map((type) => ({ type, id: "c" }));
    expect(named({ userId: "ana", context: { externalIds: list } })).toEqual(["user_id:ana"]);
  });
});
