import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoDay, isoTime, parseTime } from "./time.ts";

describe("times", () => {
  it("are written as toISOString writes them", () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date("0001-01-01"), max: new Date("9999-12-31") }),
        (date) => {
          expect(isoTime(date.getTime())).toBe(date.toISOString());
          expect(isoDay(date.getTime())).toBe(date.toISOString().slice(0, 10));
        },
      ),
    );
  });

  it("are read back as they were written", () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date("0100-01-01"), max: new Date("9999-12-30") }),
        (date) => {
          expect(parseTime(isoTime(date.getTime()))).toBe(date.getTime());
        },
      ),
    );
  });

  it("without a zone are UTC, whatever the machine's zone", () => {
    expect(parseTime("2026-11-21T10:00:00")).toBe(Date.UTC(2026, 10, 21, 10));
    expect(parseTime("2026-11-21 10:00:00")).toBe(Date.UTC(2026, 10, 21, 10));
    expect(parseTime("2026-11-21T10:00:00+02:00")).toBe(Date.UTC(2026, 10, 21, 8));
  });

  it("that are none are not guessed at", () => {
    for (const none of ["soon", "", {}, null, Number.NaN, 9e15]) expect(parseTime(none)).toBeUndefined();
  });
});
