import { expect, it } from "vitest";
import { remembering } from "./remembering.ts";

it("answers the same whether or not it remembers, and asks again only for what it forgot", () => {
  const asked: string[] = [];
  const joined = remembering(2, (first, second) => {
    asked.push(`${first}|${second}`);
    return `${first}|${second}`;
  });
  expect([joined("a", "bc"), joined("ab", "c"), joined("a", "bc"), joined("ab", "c")]).toEqual([
    "a|bc",
    "ab|c",
    "a|bc",
    "ab|c",
  ]);
  expect(asked).toEqual(["a|bc", "ab|c"]);
  expect([joined("x", "y"), joined("a", "bc"), joined("x", "y")]).toEqual(["x|y", "a|bc", "x|y"]);
  expect(asked).toEqual(["a|bc", "ab|c", "x|y", "a|bc"]);
});
