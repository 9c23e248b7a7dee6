import type { TextDecoder } from "node:util";
import { columnNames, csvRow } from "#core/imports/csv-rows.ts";
import { type CsvRecord, csvSplitter } from "#core/imports/csv-splitter.ts";
import type { FileRow } from "#core/imports/file-row.ts";
import { jsonRow } from "#core/imports/json-row.ts";
import { lineSplitter, type TextLine } from "#core/imports/line-splitter.ts";
import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import { contentOf, decoderFor, type FileSurvey } from "./survey-file.ts";

/** Told how many bytes of the content were read so far. */
type ReadWatch = (bytes: number) => void;

/** A surveyed file, ready to be read row by row. */
export interface OpenFile {
  /** The columns' names; `undefined` for JSON lines, where every row has its own. */
  readonly columns: readonly string[] | undefined;
  rows(watch?: ReadWatch): AsyncIterable<readonly FileRow[]>;
}

/** Reads the header, where the form has one and the mapping does not replace it. */
export async function openFile(
  survey: FileSurvey,
  columns?: readonly string[],
): Promise<OpenFile | Rejection<"import.bad_header">> {
  if (survey.kind === "jsonl") return { columns: undefined, rows: (watch) => jsonRows(survey, watch) };
  const names = columns ?? columnNames(await firstCells(survey));
  if (isRejection(names)) return names;
  const hasHeader = columns === undefined;
  return { columns: names, rows: (watch) => csvRows(survey, names, hasHeader, watch) };
}

async function firstCells(survey: FileSurvey): Promise<readonly string[]> {
  const splitter = csvSplitter(survey.separator);
  for await (const text of textOf(survey)) {
    const [first] = splitter.push(text);
    if (first !== undefined) return cellsOf(first);
  }
  const [only] = splitter.end();
  return only === undefined ? [] : cellsOf(only);
}

const cellsOf = (record: CsvRecord): readonly string[] => (record.kind === "record" ? record.cells : [record.text]);

async function* csvRows(
  survey: FileSurvey,
  columns: readonly string[],
  hasHeader: boolean,
  watch?: ReadWatch,
): AsyncIterable<readonly FileRow[]> {
  const splitter = csvSplitter(survey.separator);
  let number = hasHeader ? -1 : 0;
  const rowsOf = (records: readonly CsvRecord[]): readonly FileRow[] => {
    const rows: FileRow[] = [];
    for (const record of records) {
      number++;
      if (number > 0) rows.push(csvRow(record, number, columns));
    }
    return survey.hasWrongBytes ? rows.map(refuseWrongBytes) : rows;
  };
  for await (const text of textOf(survey, watch)) yield rowsOf(splitter.push(text));
  yield rowsOf(splitter.end());
}

async function* jsonRows(survey: FileSurvey, watch?: ReadWatch): AsyncIterable<readonly FileRow[]> {
  const splitter = lineSplitter();
  let number = 0;
  const rowOf = ({ text, line, overlong }: TextLine): FileRow => {
    number++;
    if (overlong) return { kind: "broken", number, line, text, reason: "a line that is too long" };
    const row = jsonRow(text, line, number);
    return survey.hasWrongBytes ? refuseWrongBytes(row) : row;
  };
  for await (const text of textOf(survey, watch)) yield splitter.push(text).map(rowOf);
  yield splitter.end().map(rowOf);
}

/** In a file that is mostly UTF-8, the mark of bytes that are not: what they meant, nobody can say. */
function refuseWrongBytes(row: FileRow): FileRow {
  if (row.kind === "broken") return row;
  const text = JSON.stringify(row.value);
  if (!text.includes("\u{FFFD}")) return row;
  return { kind: "broken", number: row.number, line: row.line, text, reason: "bytes that are not UTF-8" };
}

async function* textOf(survey: FileSurvey, watch?: ReadWatch): AsyncIterable<string> {
  const decoder = decoderFor(survey.encoding) as TextDecoder;
  const lines = (text: string): string => (survey.returnsOnly ? text.replaceAll("\r", "\n") : text);
  let bytes = 0;
  for await (const chunk of contentOf(survey.path, survey.compression)) {
    bytes += chunk.length;
    watch?.(bytes);
    yield lines(decoder.decode(chunk, { stream: true }));
  }
  yield lines(decoder.decode());
}
