import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsvRecord, csvSplitter } from "./csv-splitter.ts";

function split(text: string, separator = ",", cuts: readonly number[] = []): readonly CsvRecord[] {
  const splitter = csvSplitter(separator);
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
  const pieces = places.slice(1).map((end, at) => text.slice(places[at], end));
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
}

const cellsOf = (records: readonly CsvRecord[]) =>
  records.map((record) => (record.kind === "record" ? record.cells : `line ${record.line}: ${record.reason}`));

/** Text made of what CSV is made of, so that quotes and line ends meet in every way. */
const csvLike = fc.string({
  unit: fc.constantFrom('"', ",", "\n", "\r\n", "a", "é", "😀", " ", '""', '",', ',"', "\r"),
});
const cuts = fc.array(fc.nat(10_000), { maxLength: 6 });

describe("the CSV splitter", () => {
  it("reads what was written as CSV, as another reader does", () => {
    const cell = fc.string({ unit: fc.constantFrom('"', ";", "\n", "\r\n", "a", "é", "😀", " ", "b") });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    const quote = (text: string): string => (/["\n\r;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    fc.assert(
      fc.property(table, fc.constantFrom("\n", "\r\n"), fc.boolean(), cuts, (rows, newline, ends, places) => {
        const text = rows.map((row) => row.map(quote).join(";")).join(newline) + (ends ? newline : "");
        const expected = parse(text, { delimiter: ";", relax_column_count: true, skip_empty_lines: true });
        expect(cellsOf(split(text, ";", places))).toEqual(expected);
        expect(expected).toEqual(rows);
      }),
      { numRuns: 1_000 },
    );
  });

  it("gives the same records wherever the text is cut, and never throws", () => {
    fc.assert(
      fc.property(csvLike, cuts, (text, places) => {
        expect(split(text, ",", places)).toEqual(split(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it("loses no line: every line that is not empty stands in exactly one record", () => {
    fc.assert(
      fc.property(csvLike, (text) => {
        const kept = split(text).map((record) => record.text);
        const lines = (stood: string): readonly string[] => stood.split("\n").map((line) => line.replace(/\r+$/, ""));
        const full = (line: string): boolean => line !== "";
        expect(kept.flatMap(lines).filter(full)).toEqual(lines(text).filter(full));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    [
      "a quote left open costs its own line",
      'a,b\n"1,2\n3,4\n',
      [["a", "b"], "line 2: a quote that is not closed", ["3", "4"]],
    ],
    [
      "text after a closing quote costs its own line",
      'a,b\n"1"x,2\n"3",4\n',
      [["a", "b"], "line 2: text after a closing quote", ["3", "4"]],
    ],
    ["a quote within a cell stands for itself", '1,5" pipe\n', [["1", '5" pipe']]],
    [
      "a quoted cell may hold lines",
      '"1\n2",3\n4,5',
      [
        ["1\n2", "3"],
        ["4", "5"],
      ],
    ],
    ["empty lines are no records", "a\n\n\r\nb", [["a"], ["b"]]],
  ])("%s", (_what, text, expected) => {
    expect(cellsOf(split(text))).toEqual(expected);
  });

  it("numbers lines as an editor does, also after cells of several lines and broken ones", () => {
    const records = split('a,b\n"1\n2",3\n"x"y\nlast,one\n');
    expect(records.map(({ kind, line }) => [kind, line])).toEqual([
      ["record", 1],
      ["record", 2],
      ["broken", 4],
      ["record", 5],
    ]);
  });

  it("gives up a line or a quoted cell that is too long, without holding all of it", () => {
    const long = "x".repeat(600_000);
    const splitter = csvSplitter(",");
    const pieces = [`a,b\n${long}`, long, `\n1,2\n"${long}`, `\n3,4\n`];
    const records = [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
    expect(cellsOf(records)).toEqual([
      ["a", "b"],
      "line 2: a line that is too long",
      ["1", "2"],
      "line 4: a line that is too long",
      ["3", "4"],
    ]);
    for (const record of records) expect(record.text.length).toBeLessThanOrEqual(1_000);
  });
});
