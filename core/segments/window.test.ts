import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, isoTime } from "#core/kernel/time.ts";
import { datePartsIn, instantIn } from "./date-text.ts";
import { instantAtWallClock, isTimeZone, wallClockAt } from "./time-zone.ts";
import { type Window, windowBounds } from "./window.ts";

const at = (text: string): number => Date.parse(text);
const shown = (window: Window | undefined, now: string): readonly (string | undefined)[] => {
  const { from, to } = windowBounds(window, at(now));
  return [from === undefined ? undefined : isoTime(from), isoTime(to)];
};

describe("a window", () => {
  const now = "2026-03-30T09:30:00.500Z";
  const end = "2026-03-30T09:30:00.501Z";

  it("that is not given is all time up to now, now included", () => {
    expect(shown(undefined, now)).toEqual([undefined, end]);
  });

  it("of the last days leaves out the instant exactly that long ago, and takes in now", () => {
    expect(shown({ last: "2d" }, now)).toEqual(["2026-03-28T09:30:00.501Z", end]);
    expect(shown({ last: "90min" }, now)).toEqual(["2026-03-30T08:00:00.501Z", end]);
  });

  it("of the last days in a zone begins at the same time of day, though a day there had 23 hours", () => {
    expect(shown({ last: "2d", zone: "Europe/Paris" }, now)).toEqual(["2026-03-28T10:30:00.501Z", end]);
    expect(shown({ last: "1w", zone: "Europe/Paris" }, now)).toEqual(["2026-03-23T10:30:00.501Z", end]);
    expect(shown({ last: "48h", zone: "Europe/Paris" }, now)).toEqual(["2026-03-28T09:30:00.501Z", end]);
  });

  it("between dates is half-open, in its zone, and never reaches past now", () => {
    const march = { from: "2026-03-01", to: "2026-03-29", zone: "Europe/Paris" };
    expect(shown(march, now)).toEqual(["2026-02-28T23:00:00.000Z", "2026-03-28T23:00:00.000Z"]);
    expect(shown({ from: "2026-03-01", to: "2026-04-01" }, now)).toEqual(["2026-03-01T00:00:00.000Z", end]);
    expect(shown({ to: "2026-03-01T00:00:00-05:00", zone: "Europe/Paris" }, now)).toEqual([
      undefined,
      "2026-03-01T05:00:00.000Z",
    ]);
  });
});

describe("wall clocks", () => {
  it("that skip an hour are read with the offset before, and that repeat one as the first time", () => {
    const skipped = Date.UTC(2026, 2, 29, 2, 30);
    const repeated = Date.UTC(2026, 9, 25, 2, 30);
    expect(isoTime(instantAtWallClock(skipped, "Europe/Paris"))).toBe("2026-03-29T01:30:00.000Z");
    expect(isoTime(instantAtWallClock(repeated, "Europe/Paris"))).toBe("2026-10-25T00:30:00.000Z");
  });

  it("lead back to the instant they were read at, but for the hour that is repeated", () => {
    const zone = fc.constantFrom("UTC", "Europe/Paris", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe");
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2040, 0, 1) }), zone, (instant, name) => {
        const found = instantAtWallClock(wallClockAt(instant, name), name);
        expect(wallClockAt(found, name)).toBe(wallClockAt(instant, name));
        expect([0, HOUR / 2, HOUR]).toContain(instant - found);
      }),
    );
  });

  it("are of zones that exist", () => {
    expect(["Europe/Paris", "UTC", "America/Argentina/Buenos_Aires"].filter(isTimeZone)).toHaveLength(3);
    expect(["", "Mars/Base", "'; --", "+25:00"].filter(isTimeZone)).toEqual([]);
  });
});

describe("a date text", () => {
  it.each([
    ["2026-03-01", "2026-03-01T00:00:00.000Z"],
    ["2026-03-01 08:30", "2026-03-01T08:30:00.000Z"],
    ["2026-03-01T08:30:15.9999999Z", "2026-03-01T08:30:15.999Z"],
    ["2026-03-01T08:30:15+0530", "2026-03-01T03:00:15.000Z"],
    ["2024-02-29T23:59:59-14:00", "2024-03-01T13:59:59.000Z"],
  ])("%s is %s", (text, instant) => {
    expect(isoTime(instantIn(text) ?? Number.NaN)).toBe(instant);
  });

  it.each([
    "",
    "2026",
    "2026-3-1",
    "2026-02-29",
    "2026-13-01",
    "0999-01-01",
    "2026-01-01T24:00",
    "1767225600000",
    "2026-01-01Z",
  ])("%s is none", (text) => {
    expect(datePartsIn(text)).toBeUndefined();
  });

  it("is what ISO writes, for every day of the years it reads", () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1000, 0, 1) / DAY, max: Date.UTC(9999, 11, 31) / DAY }), (day) => {
        expect(instantIn(isoTime(day * DAY))).toBe(day * DAY);
        expect(instantIn(isoTime(day * DAY).slice(0, 10))).toBe(day * DAY);
      }),
    );
  });
});
