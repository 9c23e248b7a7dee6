/**
 * Regular expressions of plans, matched in time that grows with the text alone: no expression can be made to backtrack,
 * whoever wrote it and whatever is sent to it. They are those of ECMA-262 with `u`, without what cannot be matched so:
 * references back, looking around, and word boundaries.
 */
export type Step =
  /** One character that this expression takes; the next step follows. */
  | { readonly kind: "character"; readonly takes: RegExp }
  /** On at both places. */
  | { readonly kind: "fork"; readonly to: readonly number[] }
  | { readonly kind: "start" }
  | { readonly kind: "end" }
  | { readonly kind: "found" };

const PATTERN_LIMITS = { characters: 500, steps: 1_000 } as const;

/** Why a text is no pattern here; `undefined` where it is one. */
export function patternProblem(pattern: string): string | undefined {
  try {
    stepsOf(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}

class PatternError extends Error {}

/** What matches a pattern, step by step. Throws where it is none: ask `patternProblem` first. */
export function stepsOf(pattern: string): readonly Step[] {
  if (pattern.length > PATTERN_LIMITS.characters) {
    throw new PatternError(`a pattern has at most ${PATTERN_LIMITS.characters} characters`);
  }
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    throw new PatternError((error as Error).message);
  }
  const reader: Reader = { text: pattern, at: 0 };
  const steps: Step[] = [];
  emit(readChoice(reader), steps);
  steps.push({ kind: "found" });
  return steps;
}

/** A pattern as it is written. */
type Part =
  | { readonly kind: "character"; readonly source: string }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "row"; readonly parts: readonly Part[] }
  | { readonly kind: "choice"; readonly parts: readonly Part[] }
  | { readonly kind: "repeat"; readonly part: Part; readonly least: number; readonly most: number };

interface Reader {
  readonly text: string;
  at: number;
}

// The expression is known to be one: what is left to do is to find where its parts begin and end.
function readChoice(reader: Reader): Part {
  const rows: Part[] = [readRow(reader)];
  while (reader.text[reader.at] === "|") {
    reader.at++;
    rows.push(readRow(reader));
  }
  return rows.length === 1 && rows[0] !== undefined ? rows[0] : { kind: "choice", parts: rows };
}

function readRow(reader: Reader): Part {
  const parts: Part[] = [];
  while (reader.at < reader.text.length && !"|)".includes(reader.text[reader.at] ?? "")) {
    parts.push(readRepeat(readOne(reader), reader));
  }
  return { kind: "row", parts };
}

function taken(reader: Reader, expression: RegExp): string | undefined {
  expression.lastIndex = reader.at;
  const found = expression.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}

const NOT_LINEAR = /\\[1-9kbB]|\(\?(?!:|<[^=!])/uy;
const GROUP = /\((?:\?:|\?<[^>]*>)?/uy;
const CHARACTER =
  /\\(?:u\{[^}]*\}|u[0-9A-Fa-f]{4}(?:\\u[dD][c-fC-F][0-9A-Fa-f]{2})?|x..|[pP]\{[^}]*\}|c.|.)|\[(?:\\.|[^\]\\])*\]|./suy;

function readOne(reader: Reader): Part {
  const odd = taken(reader, NOT_LINEAR);
  if (odd !== undefined) throw new PatternError(`${odd} is not taken: it cannot be matched in one pass over the text`);
  if (taken(reader, GROUP) !== undefined) {
    const inner = readChoice(reader);
    reader.at++;
    return inner;
  }
  const source = taken(reader, CHARACTER) ?? "";
  if (source === "^") return { kind: "start" };
  return source === "$" ? { kind: "end" } : { kind: "character", source };
}

const TIMES = /(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/uy;

function readRepeat(part: Part, reader: Reader): Part {
  const times = taken(reader, TIMES)?.replace(/(?<=.)\?$/, "");
  if (times === undefined) return part;
  if (times === "*") return { kind: "repeat", part, least: 0, most: Number.POSITIVE_INFINITY };
  if (times === "+") return { kind: "repeat", part, least: 1, most: Number.POSITIVE_INFINITY };
  if (times === "?") return { kind: "repeat", part, least: 0, most: 1 };
  const [least = "0", most = least] = times.slice(1, -1).split(",");
  return { kind: "repeat", part, least: Number(least), most: most === "" ? Number.POSITIVE_INFINITY : Number(most) };
}

function add(steps: Step[], step: Step): number {
  if (steps.length >= PATTERN_LIMITS.steps) {
    throw new PatternError("a pattern has at most 1000 steps, each repetition counted anew");
  }
  return steps.push(step) - 1;
}

function emit(part: Part, steps: Step[]): void {
  switch (part.kind) {
    case "character":
      add(steps, { kind: "character", takes: new RegExp(`^${part.source}$`, "u") });
      return;
    case "start":
    case "end":
      add(steps, { kind: part.kind });
      return;
    case "row":
      for (const one of part.parts) emit(one, steps);
      return;
    case "choice":
      emitChoice(part.parts, steps);
      return;
    case "repeat":
      emitRepeat(part, steps);
      return;
  }
}

/** Each branch but the last ends in a step that leads behind all of them. */
function emitChoice(parts: readonly Part[], steps: Step[]): void {
  const fork = add(steps, { kind: "fork", to: [] });
  const starts: number[] = [];
  const ends: number[] = [];
  for (const part of parts) {
    starts.push(steps.length);
    emit(part, steps);
    ends.push(add(steps, { kind: "fork", to: [] }));
  }
  steps[fork] = { kind: "fork", to: starts };
  for (const end of ends) steps[end] = { kind: "fork", to: [steps.length] };
}

function emitRepeat({ part, least, most }: Part & { readonly kind: "repeat" }, steps: Step[]): void {
  for (let nth = 0; nth < least; nth++) {
    add(steps, { kind: "fork", to: [steps.length + 1] });
    emit(part, steps);
  }
  if (most === Number.POSITIVE_INFINITY) {
    const again = add(steps, { kind: "fork", to: [] });
    emit(part, steps);
    const back = add(steps, { kind: "fork", to: [again] });
    steps[again] = { kind: "fork", to: [again + 1, back + 1] };
    return;
  }
  const forks: number[] = [];
  for (let nth = least; nth < most; nth++) {
    forks.push(add(steps, { kind: "fork", to: [] }));
    emit(part, steps);
  }
  for (const fork of forks) steps[fork] = { kind: "fork", to: [fork + 1, steps.length] };
}
