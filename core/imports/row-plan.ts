import type { EventType } from "#core/events/event.ts";
import { digest } from "#core/kernel/digest.ts";
import { canonicalJson, type Json, type JsonObject } from "#core/kernel/json.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { type Expression, readExpression } from "./expression.ts";
import { type FormatHints, Mapping, type RowRule, type Template } from "./mapping.ts";

/** A value to make, with its expressions replaced by their places in the rule's list. */
export type Shape =
  | { readonly kind: "expression"; readonly at: number }
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "list"; readonly items: readonly Shape[] }
  | { readonly kind: "object"; readonly members: readonly (readonly [string, Shape])[] };

/** One event that a row may give: the expressions to ask, and the event to make of their answers. */
export interface RowPlan {
  readonly type: EventType;
  readonly expressions: readonly Expression[];
  /** The place of the `when` expression. */
  readonly when: number | undefined;
  /** The place of the `timestamp` expression, which must answer with a time. */
  readonly timestamp: number | undefined;
  readonly event: Extract<Shape, { kind: "object" }>;
}

/** A mapping, read once, ready for any number of rows. */
export interface ImportPlan {
  readonly name: string;
  readonly source: string;
  readonly format: FormatHints;
  readonly rows: readonly RowPlan[];
  /** Names the mapping's content, so that a change between two runs is noticed. */
  readonly digest: string;
}

/** Reads a mapping as it was declared, or says everything that is wrong with it. */
export function readMapping(declared: unknown): ImportPlan | Rejection<"import.bad_mapping"> {
  const read = Mapping.safeParse(declared);
  if (!read.success) {
    const problems = read.error.issues.map((issue) => `${issue.path.join(".") || "mapping"}: ${issue.message}`);
    return rejection("import.bad_mapping", `The mapping cannot be read: ${problems.join("; ")}`);
  }
  const mapping = read.data;
  const problems: string[] = [];
  const rows = mapping.rows.map((rule, position) => planRow(rule, `rows.${position}`, problems));
  if (problems.length > 0) return rejection("import.bad_mapping", `The mapping cannot be read: ${problems.join(" ")}`);
  const { description: _description, ...meaning } = mapping;
  const named = digest(canonicalJson(JSON.parse(JSON.stringify(meaning))));
  return { name: mapping.name, source: mapping.source, format: mapping.format, rows, digest: named };
}

function planRow(rule: RowRule, path: string, problems: string[]): RowPlan {
  const expressions: Expression[] = [];
  const shape = (template: Template, at: string): Shape => {
    if (typeof template === "string") {
      const expression = readExpression(template, at);
      if (isRejection(expression)) problems.push(expression.message);
      else expressions.push(expression);
      return { kind: "expression", at: expressions.length - 1 };
    }
    if (typeof template !== "object") return { kind: "literal", value: template };
    if (Array.isArray(template)) return { kind: "list", items: template.map((item, n) => shape(item, `${at}.${n}`)) };
    const members = Object.entries(template as Readonly<Record<string, Template>>);
    return { kind: "object", members: members.map(([name, value]) => [name, shape(value, `${at}.${name}`)]) };
  };
  const { type, when, ...fields } = rule;
  const whenShape = when === undefined ? undefined : shape(String(when), `${path}.when`);
  const members = Object.entries(fields)
    .filter(([, template]) => template !== undefined)
    .map(([name, template]) => [name, shape(template as Template, `${path}.${name}`)] as const);
  const timestamp = members.find(([name]) => name === "timestamp")?.[1];
  return {
    type,
    expressions,
    when: whenShape?.kind === "expression" ? whenShape.at : undefined,
    timestamp: timestamp?.kind === "expression" ? timestamp.at : undefined,
    event: { kind: "object", members },
  };
}

/** The value a shape makes of the answers to its rule's expressions; `undefined` where there is none. */
export function fill(shape: Shape, answers: readonly (Json | undefined)[]): Json | undefined {
  switch (shape.kind) {
    case "expression":
      return answers[shape.at];
    case "literal":
      return shape.value;
    case "list":
      return shape.items.map((item) => fill(item, answers)).filter((value) => value !== undefined);
    case "object":
      return fillObject(shape.members, answers);
  }
}

function fillObject(
  members: readonly (readonly [string, Shape])[],
  answers: readonly (Json | undefined)[],
): JsonObject {
  const made: Record<string, Json> = {};
  for (const [name, shape] of members) {
    const value = fill(shape, answers);
    if (value !== undefined) made[name] = value;
  }
  return made;
}

/** The columns that the mapping certainly reads: those that its compiled expressions name. */
export const columnsOf = (plan: ImportPlan): readonly string[] => [
  ...new Set(plan.rows.flatMap((row) => row.expressions.flatMap((expression) => expression.columns))),
];
