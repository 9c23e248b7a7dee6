import { describe, expect, it } from "vitest";
import { describeLaw, type Law } from "./law.ts";
import { longFunctions } from "./long-functions.ts";
import { codeFiles } from "./source-file.ts";

const SOFT_LINES = 150;
const HARD_LINES = 300;
const FUNCTION_LINES = 40;

const linesOf = (text: string): number => text.trimEnd().split("\n").length;
const lines = (count: number, line: string): string => `${line}\n`.repeat(count);

const shortFile: Law = ({ text }) => (linesOf(text) > HARD_LINES ? [`has ${linesOf(text)} lines`] : []);
const shortFunctions: Law = (file) =>
  longFunctions(file, FUNCTION_LINES).map(({ name, line, length }) => `${name} (line ${line}) has ${length} lines`);

describeLaw(`a file has at most ${HARD_LINES} lines`, {
  law: shortFile,
  files: codeFiles,
  broken: { "core/long.ts": lines(HARD_LINES + 1, "//") },
  kept: { "core/full.ts": lines(HARD_LINES, "//") },
});

describeLaw(`a function has at most ${FUNCTION_LINES} lines of its own`, {
  law: shortFunctions,
  files: codeFiles,
  broken: {
    "core/function.ts": `function long() {\n${lines(39, "work();")}}`,
    "core/arrow.ts": `const long = () => {\n${lines(39, "work();")}};`,
    "core/method.ts": `class Long {\n  method() {\n${lines(39, "work();")}}\n}`,
    "core/inner.ts": `function short() {\n  list.map(() => {\n${lines(39, "work();")}});\n}`,
    "core/outer.ts": `function long() {\n${lines(39, "work();")}inner(() => {\n});\n}`,
  },
  kept: {
    "core/function.ts": `function full() {\n${lines(38, "work();")}}`,
    "core/factory.ts": `const make = () => ({\n${lines(10, "ask: () => {\n  work();\n  work();\n  work();\n},")}});`,
    "core/cases.test.ts": `it("tells a story", () => {\n${lines(60, "work();")}});`,
    "core/table.test.ts": `it.each([1])("tells %s", () => {\n${lines(60, "work();")}});`,
  },
});

describe("files one might look at", () => {
  // A test file is a list of cases, which may be as long as a file may be at all.
  it("are counted, tests aside", ({ annotate }) => {
    const code = codeFiles.filter(({ path }) => !/\.test\.ts$|^test\//.test(path));
    const long = code.filter(({ text }) => linesOf(text) > SOFT_LINES).map(({ path }) => path);
    expect(long.length).toBeLessThan(code.length / 10);
    return annotate(`${long.length} of ${code.length} files have more than ${SOFT_LINES} lines: ${long.join(", ")}`);
  });
});
