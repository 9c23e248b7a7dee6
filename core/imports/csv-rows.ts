import type { Json } from "#core/kernel/json.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { CsvRecord } from "./csv-splitter.ts";
import type { FileRow } from "./file-row.ts";

/** The names of a file's columns, from its first record; a column without a name is called by its place. */
export function columnNames(cells: readonly string[]): readonly string[] | Rejection<"import.bad_header"> {
  const names = cells.map((cell, place) => cell.trim() || `column_${place + 1}`);
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice !== undefined) {
    return rejection(
      "import.bad_header",
      `Two columns are called "${twice}". Rename one, or list \`columns\` in the mapping.`,
    );
  }
  if (names.includes("__proto__")) return rejection("import.bad_header", "A column may not be called __proto__.");
  return names;
}

/**
 * A record as a row: an empty cell is left out, because CSV has no other word for "nothing". A record with more or
 * fewer cells than there are columns is broken: its values may all stand under the wrong names.
 */
export function csvRow(record: CsvRecord, number: number, columns: readonly string[]): FileRow {
  if (record.kind === "broken") return { ...record, number };
  const { cells, line, text } = record;
  if (cells.length !== columns.length) {
    const reason = `${cells.length} ${cells.length === 1 ? "cell" : "cells"} where there are ${columns.length} columns`;
    return { kind: "broken", number, line, text, reason };
  }
  const value: Record<string, Json> = {};
  for (let place = 0; place < cells.length; place++) {
    const cell = cells[place] as string;
    if (cell !== "") value[columns[place] as string] = cell;
  }
  return { kind: "row", number, line, value };
}
