import type { Outcome, Table } from "./benchmark.ts";
import { figuresTable } from "./words.ts";

/** What a benchmark found, for a terminal. */
export function plainSection(title: string, outcome: Outcome): string {
  const heading = `\n${title}\n${"─".repeat(title.length)}`;
  if (outcome.kind !== "measured") return `${heading}\n  ${outcome.kind}: ${outcome.reason}`;
  const { section } = outcome;
  const tables = [figuresTable(section), ...(section.table === undefined ? [] : [section.table])];
  return [heading, ...tables.map(aligned), ...section.notes.map((note) => `  ${note}`)].join("\n");
}

function aligned({ columns, rows }: Table): string {
  const plain = [columns, ...rows].map((row) => row.map((cell) => cell.replaceAll(/[`*]/g, "")));
  const widths = columns.map((_, column) => Math.max(...plain.map((row) => row[column]?.length ?? 0)));
  return plain
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
}
