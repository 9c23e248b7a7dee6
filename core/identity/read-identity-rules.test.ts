import { describe, expect, it } from "vitest";
import { isRejection } from "#core/kernel/rejection.ts";
import { defaultIdentityRules } from "./identity-rules.ts";
import { readIdentityRules } from "./read-identity-rules.ts";
import { ruleValueProblems } from "./rule-value-problems.ts";

const problemOf = (sent: unknown): string => {
  const read = readIdentityRules(sent, ruleValueProblems);
  return isRejection(read) ? read.message : "taken";
};

describe("rules of identity from outside", () => {
  it("take defaults where they say nothing", () => {
    expect(readIdentityRules({})).toEqual(defaultIdentityRules);
    expect(readIdentityRules({ limits: { user_id: 1, email: 3 } })).toEqual({
      ...defaultIdentityRules,
      limits: { user_id: 1, email: 3 },
    });
  });

  it.each([
    ["text", /a list of rules by name is expected/],
    [null, /a list of rules by name/],
    [{ limit: { user_id: 1 } }, /limit: there is no such rule; there are priority, limits/],
    [{ max_identifiers: 5 }, /max_identifiers: there is no such rule; maxIdentifiers is meant\?/],
    [{ limits: { email: -1 } }, /limits.email: at least 0 is expected/],
    [{ limits: { email: 1.5 } }, /limits.email: a whole number is expected/],
    [{ limits: { email: "3" } }, /limits.email: a (whole )?number is expected/],
    [{ priority: "email" }, /priority: a list is expected/],
    [{ maxIdentifiers: 0 }, /maxIdentifiers: at least 1 is expected/],
    [{ priority: ["email", "user_id", "email"] }, /priority: email stands there twice/],
    [{ priority: ["E-mail"] }, /priority: "E-mail" is no type of identifier/],
    [{ limits: { "*": 3 } }, /limits: "\*" is no type of identifier/],
    [{ maxIdentifiers: 50, quarantineAbove: 20 }, /quarantineAbove: 20 is below maxIdentifiers \(50\)/],
    [{ maxIdentifiers: 5, limits: { email: 6 } }, /limits.email: 6 values can never come together/],
    [{ phoneRegion: "France" }, /phoneRegion: two letters are expected, such as FR/],
    [{ phoneRegion: "QQ" }, /phoneRegion: QQ is no country code/],
    [{ blocked: { email: ["Info@Shop.example"] } }, /blocked.email.0: write "info@shop.example"/],
    [{ blocked: { email: "info@shop.example" } }, /blocked.email: a list is expected/],
    [{ blockedPatterns: { email: ["[a-"] } }, /blockedPatterns.email.0: not a regular expression/],
    [{ blockedPatterns: { "*": [".*"] } }, /blockedPatterns.\*.0: this matches a value that is empty/],
  ])("%j is refused in words", (sent, words) => {
    expect(problemOf(sent)).toMatch(words);
  });

  it("are refused with every problem at once, of many the first", () => {
    expect(problemOf({ maxIdentifiers: 5, limits: { email: 6, phone: 7 } })).toMatch(/limits.email.*limits.phone/);
    expect(problemOf({ blocked: { "*": Array.from({ length: 20 }, () => " x") } })).toMatch(/and 12 more$/);
  });

  it("take what is blocked for every type, and patterns", () => {
    const rules = { blocked: { "*": ["kiosk"] }, blockedPatterns: { email: [".+@internal\\.example"] } };
    expect(problemOf(rules)).toBe("taken");
  });
});
