import { describe, expect, it } from "vitest";
import { rowTime } from "./row-time.ts";

describe("a row's time", () => {
  it.each([
    ["2017-01-28", Date.UTC(2017, 0, 28)],
    ["2016-02-29", Date.UTC(2016, 1, 29)],
    ["2017-01-28 19:06:53", Date.UTC(2017, 0, 28, 19, 6, 53)],
    ["2017-01-28T19:06:53.5+02:00", Date.UTC(2017, 0, 28, 17, 6, 53, 500)],
    [852076800000, 852076800000],
  ])("reads %j", (stated, expected) => {
    expect(rowTime(stated)).toBe(expected);
  });

  it.each([
    "28/01/2017",
    "Jan 28 2017",
    "2017-13-01",
    "2017-02-30",
    "2017-02-29",
    "2017-02-01T25:00",
    "",
    "852076800000",
    null,
    undefined,
    Number.NaN,
    1e20,
  ])("takes %j for none", (stated) => {
    expect(rowTime(stated)).toBeUndefined();
  });
});
