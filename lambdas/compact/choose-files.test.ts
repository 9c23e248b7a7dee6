import { describe, expect, it } from "vitest";
import { DAY, isoDay } from "#core/kernel/time.ts";
import { chosenFiles, type LakeFile, settledName } from "./choose-files.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const daysAgo = (days: number): string => isoDay(NOW - days * DAY);
const came = (days: number, nth = 0, bytes = 1): LakeFile => ({
  key: `identity_changes/dt=${daysAgo(days)}/stream-1-${nth}`,
  bytes,
});
const settledAt = (days: number, age: number, part = "current"): LakeFile => ({
  key: `identity_changes/dt=${daysAgo(days)}/${settledName(part, NOW - (days - age) * DAY, 7, "x.parquet")}`,
  bytes: 1,
});
const chosen = (...files: readonly LakeFile[]) => chosenFiles("identity_changes", files, NOW);

describe("the files of a run", () => {
  it("are those of days to which nothing can come any more", () => {
    const files = [came(9), came(3), came(2), came(0)];
    expect(chosen(...files)).toEqual([came(9).key, came(3).key]);
  });

  it("are so many that one statement can name them, sort them and write them", () => {
    const many = Array.from({ length: 1_000 }, (_, nth) => came(9, nth));
    expect(chosen(...many)).toHaveLength(300);
    const large = Array.from({ length: 10 }, (_, nth) => came(9, nth, 1024 ** 3));
    expect(chosen(...large)).toHaveLength(2);
    expect(chosen(came(9, 0, 9 * 1024 ** 3), came(9, 1))).toHaveLength(1);
    const days = Array.from({ length: 80 }, (_, nth) => came(100 - nth));
    expect(chosen(...days)).toHaveLength(50);
  });

  it("hold again what was settled at half its age, or less, where rows can be overtaken", () => {
    expect(chosen(settledAt(3, 3), settledAt(5, 4), settledAt(7, 4))).toEqual([]);
    const grown = [settledAt(8, 4), settledAt(8, 7), settledAt(4, 3), settledAt(100, 63)];
    expect(chosen(...grown)).toEqual(grown.map(({ key }) => key));
    expect(chosen(settledAt(8, 4, "former"))).toEqual([]);
    const ofTheLog = settledAt(8, 4).key.replace("identity_changes", "events_log");
    expect(chosenFiles("events_log", [{ key: ofTheLog, bytes: 1 }], NOW)).toEqual([]);
    const before = `identity_changes/dt=${daysAgo(9)}/settled-17-x.parquet`;
    expect(chosen({ key: before, bytes: 1 })).toEqual([]);
  });
});
