import { describe, expect, it } from "vitest";
import { DAY } from "#core/kernel/time.ts";
import { type CountedDay, marksOf, movedPeriods } from "./lake-marks.ts";

const LINE = Date.UTC(2026, 10, 22, 10);

const day = (dt: string, rows: number, sum: number, settled = { rows, sum }): CountedDay => ({
  table: "events_log",
  dt,
  known: { rows, sum: BigInt(sum) },
  settled: { rows: settled.rows, sum: BigInt(settled.sum) },
});

describe("marks of the lake", () => {
  it("are of each day, and of whole months of what is long past", () => {
    const days = [day("2026-11-22", 3, 30), day("2026-11-01", 2, 5), day("2026-03-01", 1, 7), day("2026-03-31", 4, 8)];
    expect(marksOf(days, "known", LINE).events_log).toEqual({
      "2026-11-22": "3:30",
      "2026-11-01": "2:5",
      "2026-03": "5:15",
    });
  });

  it("leave out days on which nothing came before the line", () => {
    expect(marksOf([day("2026-11-22", 0, 0)], "known", LINE).events_log).toEqual({});
  });

  it("show where rows came behind the line, or went, or one came as another went", () => {
    const before = marksOf(
      [day("2026-11-20", 2, 10), day("2026-11-21", 2, 10), day("2026-03-05", 1, 1)],
      "settled",
      LINE,
    );
    const same = [day("2026-11-20", 2, 10), day("2026-11-21", 2, 10), day("2026-03-05", 1, 1)];
    const moved = (days: readonly CountedDay[]) => movedPeriods(before, marksOf(days, "known", LINE)).events_log;
    expect(moved(same)).toEqual([]);
    expect(moved([...same.slice(1), day("2026-11-20", 3, 11)])).toEqual(["2026-11-20"]);
    expect(moved([...same.slice(1), day("2026-11-20", 2, 11)])).toEqual(["2026-11-20"]);
    expect(moved(same.slice(1))).toEqual(["2026-11-20"]);
    expect(moved([...same, day("2026-03-09", 1, 1)])).toEqual(["2026-03"]);
    expect(moved([...same, day("2026-10-09", 1, 1)])).toEqual(["2026-10-09"]);
  });

  it("are read by the line they were drawn at: what is a day then and a month now is compared as a day", () => {
    const at = LINE - 70 * DAY;
    const drawn = marksOf([day("2026-09-01", 2, 10)], "settled", at);
    expect(movedPeriods(drawn, marksOf([day("2026-09-01", 2, 10)], "known", at)).events_log).toEqual([]);
  });
});
