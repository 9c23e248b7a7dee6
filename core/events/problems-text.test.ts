import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Problem } from "./bad-event.ts";
import { problemsIn, problemsText } from "./problems-text.ts";

const problem = fc.record({ path: fc.string(), message: fc.oneof(fc.constantFrom("path", "__proto__"), fc.string()) });
const sorted = (problems: readonly Problem[]): readonly string[] =>
  problems.map(({ path, message }) => JSON.stringify([message, path])).sort();

describe("the text of a plan's problems", () => {
  it("is read back, each problem as often as it was there", () => {
    fc.assert(
      fc.property(fc.array(problem), (problems) => {
        expect(sorted(problemsIn(problemsText(problems)))).toEqual(sorted(problems));
      }),
    );
  });

  it("says once what is wrong in several places", () => {
    const text = problemsText([
      { path: "properties.sku", message: "not in the plan" },
      { path: "properties.total", message: "number is expected" },
      { path: "properties.price", message: "not in the plan" },
    ]);
    expect(text).toBe(
      '[["not in the plan","properties.sku","properties.price"],["number is expected","properties.total"]]',
    );
  });

  it("is read as it was written before", () => {
    const problems = [
      { path: "properties.sku", message: "not in the plan" },
      { path: "", message: "and more" },
    ];
    expect(problemsIn(JSON.stringify(problems))).toEqual(problems);
  });
});
