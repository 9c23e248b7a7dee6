import * as z from "zod";
import { DAY, type EpochMs, isoDay } from "#core/kernel/time.ts";

/** The tables of the lake that values are made of. */
export const MARKED_TABLES = ["events_log", "identity_changes"] as const;
export type MarkedTable = (typeof MARKED_TABLES)[number];

/** Of each table: day, or month of what is long past, → a mark of the rows that were there. */
export const LakeMarks = z.record(z.enum(MARKED_TABLES), z.record(z.string(), z.string()));
export type LakeMarks = Readonly<Record<MarkedTable, Readonly<Record<string, string>>>>;

/** What is counted of the rows of one day: how many, and the sum of their times in milliseconds. */
export interface DayCount {
  readonly rows: number;
  readonly sum: bigint;
}

/** A day of a table: the rows that came before the last line was drawn, and those that came before the new one. */
export interface CountedDay {
  readonly table: MarkedTable;
  readonly dt: string;
  readonly known: DayCount;
  readonly settled: DayCount;
}

/** How long days are marked one by one; beyond it a month is, so that what is remembered stays small. */
const DAYS_APART = 60 * DAY;

const periodOf = (dt: string, line: EpochMs): string => (dt >= isoDay(line - DAYS_APART) ? dt : dt.slice(0, 7));

/** Marks of all rows that came before `line`. */
export function marksOf(days: readonly CountedDay[], which: "known" | "settled", line: EpochMs): LakeMarks {
  const counts: Record<MarkedTable, Map<string, DayCount>> = { events_log: new Map(), identity_changes: new Map() };
  for (const day of days) {
    const period = periodOf(day.dt, line);
    const { rows, sum } = counts[day.table].get(period) ?? { rows: 0, sum: 0n };
    counts[day.table].set(period, { rows: rows + day[which].rows, sum: sum + day[which].sum });
  }
  const marked = (table: MarkedTable) =>
    Object.fromEntries(
      [...counts[table]]
        .filter(([, { rows }]) => rows > 0)
        .map(([period, { rows, sum }]) => [period, `${rows}:${sum}`]),
    );
  return { events_log: marked("events_log"), identity_changes: marked("identity_changes") };
}

/**
 * The days and months in which rows came, or went, behind the line that was drawn: whatever lies in them is looked at
 * again. So nothing is missed that comes late, however late: from an import, which gives all its rows the time at which
 * it began, from bad events let in after all, which keep theirs, or from a stream that was slow.
 */
export function movedPeriods(before: LakeMarks, now: LakeMarks): Readonly<Record<MarkedTable, readonly string[]>> {
  const moved = (table: MarkedTable): readonly string[] =>
    [...new Set([...Object.keys(before[table]), ...Object.keys(now[table])])]
      .filter((period) => before[table][period] !== now[table][period])
      .sort();
  return { events_log: moved("events_log"), identity_changes: moved("identity_changes") };
}
