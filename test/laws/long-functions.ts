import { Visitor } from "oxc-parser";
import { lineAt, parsed, type SourceFile } from "./source-file.ts";

export interface LongFunction {
  readonly name: string;
  readonly line: number;
  /** Lines from its first to its last, without those of functions written inside it. */
  readonly length: number;
}

interface Open {
  readonly start: number;
  readonly end: number;
  inner: number;
}

/** What tells a story rather than does a thing: the callbacks of these may be as long as the story. */
const TELLERS = /^(?:describe|it|test|beforeAll|beforeEach|afterAll|afterEach)\b/;

/**
 * Functions with more than `limit` lines of their own. What is written inside a function counts for itself: a factory
 * that returns a port is as long as what it does, not as what the port does.
 */
export function longFunctions(file: SourceFile, limit: number): readonly LongFunction[] {
  const { text } = file;
  const long: LongFunction[] = [];
  const stories = new Set<number>();
  const open: Open[] = [];
  const enter = ({ start, end }: { readonly start: number; readonly end: number }): void => {
    open.push({ start, end, inner: 0 });
  };
  const leave = (): void => {
    const left = open.pop();
    if (left === undefined) throw new Error("a function was left that was not entered");
    const span = lineAt(text, left.end) - lineAt(text, left.start) + 1;
    const outer = open.at(-1);
    // The lines it begins and ends on are its surroundings' too.
    if (outer !== undefined) outer.inner += Math.max(0, span - 2);
    const length = span - left.inner;
    if (length > limit && !stories.has(left.start))
      long.push({ name: nameAt(text, left.start), line: lineAt(text, left.start), length });
  };
  new Visitor({
    CallExpression: ({ callee, arguments: given }) => {
      if (!TELLERS.test(text.slice(callee.start, callee.end))) return;
      for (const argument of given) stories.add(argument.start);
    },
    FunctionDeclaration: enter,
    "FunctionDeclaration:exit": leave,
    FunctionExpression: enter,
    "FunctionExpression:exit": leave,
    ArrowFunctionExpression: enter,
    "ArrowFunctionExpression:exit": leave,
  }).visit(parsed(file).program);
  return long;
}

/** The line a function begins on, cut short: it holds its name, or what it was given to. */
function nameAt(text: string, offset: number): string {
  const begun = text.lastIndexOf("\n", offset) + 1;
  return (
    text
      .slice(begun, begun + 60)
      .split("\n")[0]
      ?.trim() ?? ""
  );
}
