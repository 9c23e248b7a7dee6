import { describe, expect, it } from "vitest";
import { isRejection } from "#core/kernel/rejection.ts";
import { columnsOf, readMapping } from "./row-plan.ts";

const mapping = (rule: object, rest: object = {}) =>
  readMapping({ name: "m", source: "s", rows: [{ type: "track", ...rule }], ...rest });

describe("reading a mapping", () => {
  it.each([
    ["an unknown member", mapping({ userID: "id" }), /Unrecognized key: "userID"/],
    ["no rows", readMapping({ name: "m", source: "s", rows: [] }), /rows: /],
    ["not a mapping at all", readMapping("cdnow"), /mapping: /],
    ["broken JSONata", mapping({ userId: "(id" }), /rows\.0\.userId: `\(id`/],
    ["text without its quotes", mapping({ event: "Order Completed" }), /write '"Order Completed"'/],
    [
      "an expression that answers differently each time",
      mapping({ timestamp: "$now()" }),
      /\$now is not the same each time/,
    ],
    ["the same hidden in a function", mapping({ userId: "($f := $random; $f())" }), /\$random/],
    [
      "the same hidden deep",
      mapping({ properties: { a: [{ b: "$eval(x)" }] } }),
      /rows\.0\.properties\.a\.0\.b.*\$eval/,
    ],
  ])("refuses %s, in words that help", (_what, answer, words) => {
    expect(isRejection(answer) && answer.code).toBe("import.bad_mapping");
    expect(isRejection(answer) && answer.message).toMatch(words);
  });

  it("knows the columns that it certainly reads", () => {
    const plan = mapping({ userId: "id", properties: { total: "$number(amount) * rate", deep: "$sum(items.price)" } });
    expect(isRejection(plan) ? plan : columnsOf(plan)).toEqual(["id", "amount", "rate"]);
  });

  it("is the same mapping whatever its description says, and another with any other change", () => {
    const digestOf = (answer: ReturnType<typeof mapping>) => (isRejection(answer) ? answer.message : answer.digest);
    expect(digestOf(mapping({ userId: "a" }, { description: "x" }))).toBe(digestOf(mapping({ userId: "a" })));
    expect(digestOf(mapping({ userId: "a" }))).not.toBe(digestOf(mapping({ userId: "b" })));
  });
});
