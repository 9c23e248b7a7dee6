import { describe, expect, it } from "vitest";
import { encodingByMark, encodingOf, kindOf, separatorOf } from "./detect-form.ts";

describe("detecting a file's form", () => {
  it.each([
    ["a,b,c\n1,2,3", ","],
    ["a;b;c\n1,5;2,5;3,5\n2,5;2;1", ";"],
    ["a\tb\n1\t2,3", "\t"],
    ["a|b\n1|2", "|"],
    ['"a;b;c;d";"e"\n"1,2,3";2', ";"],
    ["only\none", ","],
    ["", ","],
  ])("takes %j to be cut by %j", (sample, separator) => {
    expect(separatorOf(sample)).toBe(separator);
  });

  it.each([
    [Buffer.from("\u{FEFF}a", "utf8"), "utf-8"],
    [Buffer.from("\u{FEFF}a", "utf16le"), "utf-16le"],
    [Buffer.from("name,city\nana,lyon", "utf16le"), "utf-16le"],
    [Buffer.from("name,city\nana,lyon", "utf16le").swap16(), "utf-16be"],
    [Buffer.from("name"), undefined],
    [Buffer.alloc(0), undefined],
  ])("reads the mark of %j as %s", (bytes, encoding) => {
    expect(encodingByMark(bytes)).toBe(encoding);
  });

  it("takes mostly good UTF-8 for UTF-8, and the rest for windows-1252", () => {
    expect(encodingOf({ proper: 0, wrong: 0 })).toBe("utf-8");
    expect(encodingOf({ proper: 900, wrong: 2 })).toBe("utf-8");
    expect(encodingOf({ proper: 0, wrong: 1 })).toBe("windows-1252");
  });

  it.each([
    ['{"a":1}\n{"a":2}', "jsonl"],
    ['[{"a":1}]', "json_array"],
    ["[a],b\n1,2", "csv"],
    ["", "csv"],
  ])("takes %j for %s", (sample, kind) => {
    expect(kindOf(sample)).toBe(kind);
  });
});
