import type { Json, JsonObject } from "#core/kernel/json.ts";
import { QUICK_FUNCTIONS, type Scalar, scalarText, scalarTruth } from "./quick-functions.ts";

/**
 * An expression as a plain function of the row and its number. It answers what JSONata would answer, or `GAVE_UP` where
 * it meets anything it was not made for (an array, an object, a type error): then JSONata itself is asked, whose answer
 * or complaint stands. So the compiled form can be quick without ever meaning something else.
 */
export type Quick = (row: JsonObject, rowNumber: number) => Scalar | JsonObject | typeof GAVE_UP;
export const GAVE_UP = Symbol("gave up");

type Part = (row: JsonObject, rowNumber: number) => Scalar | typeof GAVE_UP;

/** A node of JSONata's syntax tree. Every member not read here (`predicate`, `group`, `stages`…) changes the meaning. */
interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly [member: string]: unknown;
}

/** The function that means the same as the syntax tree, or `undefined` where the tree holds what only JSONata can do. */
export function compileExpression(ast: unknown): Quick | undefined {
  const node = ast as Node;
  if (node.type === "unary" && node.value === "{") return compileObject(node);
  return compile(node);
}

/** The members each kind of node may have here. A node with any other member is left to JSONata. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  path: ["steps"],
  name: [],
  string: [],
  number: [],
  value: [],
  variable: [],
  binary: ["lhs", "rhs"],
  unary: ["expression", "expressions", "lhs"],
  condition: ["condition", "then", "else"],
  function: ["arguments", "procedure"],
  block: ["expressions"],
};

function isKnown(node: Node): boolean {
  const allowed = MEMBERS[node.type ?? ""];
  if (allowed === undefined) return false;
  const known = (name: string) => name === "type" || name === "value" || name === "position" || allowed.includes(name);
  return Object.keys(node).every((name) => known(name) || node[name] === undefined);
}

function compile(node: Node): Part | undefined {
  if (!isKnown(node)) return undefined;
  switch (node.type) {
    case "string":
    case "number":
    case "value": {
      const value = node.value as Scalar;
      return () => value;
    }
    case "variable":
      return node.value === "row" ? (_row, rowNumber) => rowNumber : undefined;
    case "path":
      return compilePath(node.steps as readonly Node[]);
    case "binary":
      return compileBinary(node);
    case "unary":
      return node.value === "-" ? compileMinus(node.expression as Node) : undefined;
    case "condition":
      return compileCondition(node);
    case "function":
      return compileFunction(node);
    case "block": {
      const [only, ...others] = node.expressions as readonly Node[];
      return only !== undefined && others.length === 0 ? compile(only) : undefined;
    }
    default:
      return undefined;
  }
}

/** The names of a path that starts at the row: `a`, `a.b`, `$.a`, `$$.a`. */
function namesOf(steps: readonly Node[]): readonly string[] | undefined {
  const [first] = steps;
  const rooted = first?.type === "variable" && (first.value === "" || first.value === "$") && isKnown(first);
  const names = rooted ? steps.slice(1) : steps;
  const plain = names.length > 0 && names.every((step) => step.type === "name" && isKnown(step));
  return plain ? names.map((step) => step.value as string) : undefined;
}

function compilePath(steps: readonly Node[]): Part | undefined {
  const names = namesOf(steps);
  if (names === undefined) return undefined;
  const [name] = names;
  if (names.length === 1 && name !== undefined) return (row) => scalarOf(memberOf(row, name));
  return (row) => {
    let here: Json | undefined = row;
    for (const step of names) {
      if (Array.isArray(here)) return GAVE_UP;
      if (typeof here !== "object" || here === null) return undefined;
      here = memberOf(here as JsonObject, step);
    }
    return scalarOf(here);
  };
}

const memberOf = (object: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const scalarOf = (value: Json | undefined): Scalar | typeof GAVE_UP =>
  typeof value === "object" && value !== null ? GAVE_UP : finite(value);

const finite = (value: Scalar): Scalar | typeof GAVE_UP =>
  typeof value === "number" && !Number.isFinite(value) ? GAVE_UP : value;

function compileMinus(expression: Node): Part | undefined {
  const part = compile(expression);
  if (part === undefined) return undefined;
  return (row, rowNumber) => {
    const value = part(row, rowNumber);
    if (value === undefined) return undefined;
    return typeof value === "number" ? -value : GAVE_UP;
  };
}

function compileCondition(node: Node): Part | undefined {
  const condition = compile(node.condition as Node);
  const yes = compile(node.then as Node);
  const no: Part | undefined = node.else === undefined ? () => undefined : compile(node.else as Node);
  if (condition === undefined || yes === undefined || no === undefined) return undefined;
  return (row, rowNumber) => {
    const truth = condition(row, rowNumber);
    if (truth === GAVE_UP) return GAVE_UP;
    return scalarTruth(truth) === true ? yes(row, rowNumber) : no(row, rowNumber);
  };
}

function compileFunction(node: Node): Part | undefined {
  const procedure = node.procedure as Node;
  const given = (node.arguments as readonly Node[]).map(compile);
  const parts = given.filter((part) => part !== undefined);
  if (procedure.type !== "variable" || !isKnown(procedure) || parts.length < given.length) return undefined;
  const known = QUICK_FUNCTIONS[`${String(procedure.value)}/${parts.length}`];
  if (known === undefined) return undefined;
  return (row, rowNumber) => {
    const values: Scalar[] = [];
    for (const part of parts) {
      const value = part(row, rowNumber);
      if (value === GAVE_UP) return GAVE_UP;
      values.push(value);
    }
    const answer = known(...values);
    return answer === undefined || answer.length === 0 ? GAVE_UP : finite(answer[0]);
  };
}

type Operator = (a: Scalar, b: Scalar) => Scalar | typeof GAVE_UP;

function compileBinary(node: Node): Part | undefined {
  const left = compile(node.lhs as Node);
  if (left === undefined) return undefined;
  if (node.value === "and" || node.value === "or") return compileLogic(node.value, left, compile(node.rhs as Node));
  if (node.value === "in") return compileIn(left, node.rhs as Node);
  const right = compile(node.rhs as Node);
  const operator = Object.hasOwn(OPERATORS, node.value as string) ? OPERATORS[node.value as string] : undefined;
  if (right === undefined || operator === undefined) return undefined;
  return (row, rowNumber) => {
    const a = left(row, rowNumber);
    const b = right(row, rowNumber);
    return a === GAVE_UP || b === GAVE_UP ? GAVE_UP : operator(a, b);
  };
}

function compileLogic(operator: "and" | "or", left: Part, right: Part | undefined): Part | undefined {
  if (right === undefined) return undefined;
  return (row, rowNumber) => {
    const a = left(row, rowNumber);
    if (a === GAVE_UP) return GAVE_UP;
    const first = scalarTruth(a) === true;
    if (first === (operator === "or")) return first;
    const b = right(row, rowNumber);
    return b === GAVE_UP ? GAVE_UP : scalarTruth(b) === true;
  };
}

/** `x in [a, b]`, with a list that is written out. */
function compileIn(left: Part, list: Node): Part | undefined {
  if (list.type !== "unary" || list.value !== "[" || !isKnown(list)) return undefined;
  const given = (list.expressions as readonly Node[]).map(compile);
  const items = given.filter((part) => part !== undefined);
  if (items.length < given.length) return undefined;
  return (row, rowNumber) => {
    const sought = left(row, rowNumber);
    const values = items.map((item) => item(row, rowNumber));
    if (sought === GAVE_UP || values.includes(GAVE_UP)) return GAVE_UP;
    return sought !== undefined && values.includes(sought);
  };
}

const arithmetic =
  (compute: (a: number, b: number) => number): Operator =>
  (a, b) => {
    const numbers = (a === undefined || typeof a === "number") && (b === undefined || typeof b === "number");
    if (!numbers) return GAVE_UP;
    return a === undefined || b === undefined ? undefined : finite(compute(a, b));
  };

const comparison =
  (compare: (a: string | number, b: string | number) => boolean): Operator =>
  (a, b) => {
    if (typeof a === "string" && typeof b === "string") return compare(a, b);
    return typeof a === "number" && typeof b === "number" ? compare(a, b) : GAVE_UP;
  };

const OPERATORS: Readonly<Record<string, Operator>> = {
  "&": (a, b) => (a === undefined ? "" : scalarText(a)) + (b === undefined ? "" : scalarText(b)),
  "=": (a, b) => a !== undefined && b !== undefined && a === b,
  "!=": (a, b) => a !== undefined && b !== undefined && a !== b,
  "+": arithmetic((a, b) => a + b),
  "-": arithmetic((a, b) => a - b),
  "*": arithmetic((a, b) => a * b),
  "/": arithmetic((a, b) => a / b),
  "%": arithmetic((a, b) => a % b),
  "<": comparison((a, b) => a < b),
  "<=": comparison((a, b) => a <= b),
  ">": comparison((a, b) => a > b),
  ">=": comparison((a, b) => a >= b),
};

/** `{"campaign_" & id: true}`: an object of scalars, whose names may come from the row. */
function compileObject(node: Node): Quick | undefined {
  if (!isKnown(node)) return undefined;
  const members = (node.lhs as readonly (readonly [Node, Node])[]).map(
    ([name, value]) => [compile(name), compile(value)] as const,
  );
  if (members.some(([name, value]) => name === undefined || value === undefined)) return undefined;
  return (row, rowNumber) => {
    const made: Record<string, Json> = {};
    const names = new Set<string>();
    for (const [nameOf, memberValue] of members) {
      const name = nameOf?.(row, rowNumber);
      const value = memberValue?.(row, rowNumber);
      if (typeof name !== "string" || value === GAVE_UP || names.has(name) || name.startsWith("_")) return GAVE_UP;
      names.add(name);
      if (value !== undefined) made[name] = value;
    }
    return made;
  };
}

/** The top-level members of the row that the tree reads. */
export function columnsRead(ast: unknown): readonly string[] {
  if (typeof ast !== "object" || ast === null) return [];
  const node = ast as Node;
  const [first] = node.type === "path" ? (namesOf(node.steps as readonly Node[]) ?? []) : [];
  const within = Object.values(node).flatMap(columnsRead);
  return [...new Set(first === undefined ? within : [first])];
}
