import type { QueryResult } from "#core/kernel/ports.ts";

const MAX_WIDTH = 60;

/** A query's answer as a table a person can read: numbers to the right, long values cut, the number of rows below. */
export function tableText({ columns, rows }: QueryResult): string {
  const cells = rows.map((row) => row.map(cellText));
  const widths = columns.map(({ name }, at) => Math.max(name.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const isNumber = columns.map(
    (_, at) => rows.length > 0 && rows.every((row) => row[at] === null || typeof row[at] === "number"),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (isNumber[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join("  ")
      .trimEnd();
  const head = line(columns.map(({ name }) => name));
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  const count = rows.length === 1 ? "1 row" : `${rows.length} rows`;
  return `${[head, rule, ...cells.map(line)].join("\n")}\n(${count})\n`;
}

function cellText(value: QueryResult["rows"][number][number]): string {
  const text = value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MAX_WIDTH ? `${text.slice(0, MAX_WIDTH - 1)}…` : text;
}
