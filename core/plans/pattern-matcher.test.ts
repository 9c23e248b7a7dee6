import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patternProblem } from "./pattern.ts";
import { patternMatcher } from "./pattern-matcher.ts";

const atom = fc.constantFrom("a", "b", "-", ".", "[ab]", "[^a]", "\\d", "\\w", "\\p{L}", "\\.", "[\\w-]", "é", "😀");
const { pattern } = fc.letrec<{ pattern: string; row: string }>((tie) => ({
  row: fc
    .array(
      fc
        .tuple(
          fc.oneof(
            { depthSize: "small" },
            atom,
            tie("pattern").map((inner) => `(${inner})`),
            tie("pattern").map((inner) => `(?:${inner})`),
          ),
          fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "+?"),
        )
        .map((parts) => parts.join("")),
      { maxLength: 4 },
    )
    .map((parts) => parts.join("")),
  pattern: fc.oneof(
    { depthSize: "small" },
    tie("row"),
    tie("row").map((row) => `^${row}`),
    tie("row").map((row) => `${row}$`),
    tie("row").map((row) => `^${row}$`),
    fc.tuple(tie("row"), tie("row")).map((rows) => rows.join("|")),
  ),
}));
const text = fc.string({ unit: fc.constantFrom("a", "b", "-", ".", "1", "é", "😀", "\n", " "), maxLength: 8 });

describe("a pattern", () => {
  it("matches what ECMA-262 says it matches", () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 5, maxLength: 20 }), (source, texts) => {
        fc.pre(patternProblem(source) === undefined);
        const matches = patternMatcher(source);
        const native = new RegExp(source, "u");
        for (const one of texts) expect([one, matches(one)]).toEqual([one, native.test(one)]);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["^[A-Z]{3}$", ["USD"], ["usd", "USDX", ""]],
    ["^[a-z0-9]+(?:-[a-z0-9]+)*$", ["a", "red-shoes-41"], ["-a", "a-", "A"]],
    ["^\\S+@\\S+$", ["ana@x.example"], ["ana", "a @b"]],
    ["^(?<year>\\d{4})-\\d\\d$", ["2026-11"], ["26-11"]],
    ["\\u{1F600}|\\x41", ["😀", "bAb"], ["B"]],
    ["[\\]a]b", ["]b", "ab"], ["b"]],
    ["", ["", "anything"], []],
  ])("%s is read whole", (source, takes, leaves) => {
    const matches = patternMatcher(source);
    expect(takes.filter((one) => !matches(one))).toEqual([]);
    expect(leaves.filter(matches)).toEqual([]);
  });

  it.each(["^(a|a)*$", "^(a+)+$", "^(a*)*b$", "(.*)*x$", "^(([a-z])+.)+[A-Z]([a-z])+$"])(
    "%s takes time by the length of the text alone",
    (source) => {
      const matches = patternMatcher(source);
      expect(matches(`${"a".repeat(30_000)}!`)).toBe(false);
    },
    2_000,
  );

  it.each([
    ["(a)\\1", /cannot be matched in one pass/],
    ["(?=a)", /cannot be matched in one pass/],
    ["(?<!a)b", /cannot be matched in one pass/],
    ["\\bword\\b", /cannot be matched in one pass/],
    ["(?i:a)", /cannot be matched in one pass/],
    ["(a", /Unterminated group|Invalid/],
    ["[z-a]", /out of order/],
    ["a{1001}", /at most 1000 steps/],
    ["(((a{9}){9}){9}){9}", /at most 1000 steps/],
    ["a".repeat(501), /at most 500 characters/],
  ])("%s is refused, with the reason", (source, reason) => {
    expect(patternProblem(source)).toMatch(reason);
  });

  it("forgets what it remembered without another answer", () => {
    const matches = patternMatcher("^\\p{L}+$");
    const letters = Array.from({ length: 12_000 }, (_, nth) => String.fromCodePoint(0x4e00 + nth));
    expect(matches(letters.join(""))).toBe(true);
    expect(letters.every(matches)).toBe(true);
    expect(matches("1")).toBe(false);
  });
});
