import { describe, expect, it } from "vitest";
import { mysqlPattern } from "./mysql-pattern.ts";

describe("a pattern of MySQL", () => {
  it("is put into the words of strftime", () => {
    expect(mysqlPattern("%Y-%m-%d %H:%i:%s")).toBe("%Y-%m-%d %H:%M:%S");
    // Minutes and months, hours of twelve and of twenty-four: the two languages use the same letters for others.
    expect(mysqlPattern("%W, %M %e, 100%%, %k h %i")).toBe("%A, %B %-d, 100%%, %-H h %M");
  });

  it.each(["%D", "%U", "%", "100%"])("is refused where Trino refuses it: %s", (pattern) => {
    expect(() => mysqlPattern(pattern)).toThrow("is not known here");
  });
});
