import { LAKE_DATABASE } from "#contracts/lake.ts";
import { callOf, constantText, functionName, isFunction, isNode, type SqlNode, textConstant } from "./athena-ast.ts";
import { strftimePattern } from "./joda-pattern.ts";
import { jsonPointer } from "./json-pointer.ts";

type Rewrite = (node: SqlNode, children: readonly unknown[]) => SqlNode;

const renamed =
  (name: string): Rewrite =>
  (node) => ({ ...node, function_name: name, is_operator: false });

const isNull = (child: unknown): SqlNode => ({
  class: "OPERATOR",
  type: "OPERATOR_IS_NULL",
  alias: "",
  query_location: 0,
  children: [child],
});

const not = (child: unknown): SqlNode => ({
  class: "OPERATOR",
  type: "OPERATOR_NOT",
  alias: "",
  query_location: 0,
  children: [child],
});

const nullConstant: SqlNode = {
  class: "CONSTANT",
  type: "VALUE_CONSTANT",
  alias: "",
  query_location: 0,
  value: { type: { id: "NULL", type_info: null }, is_null: true },
};

/** Trino's `greatest` and `least` are NULL where any of their arguments is; DuckDB's pass over it. */
const strict: Rewrite = (node, children) => ({
  class: "CASE",
  type: "CASE_EXPR",
  alias: node.alias,
  query_location: 0,
  case_checks: [
    {
      when_expr: {
        ...isNull(children[0]),
        class: "CONJUNCTION",
        type: "CONJUNCTION_OR",
        children: children.map(isNull),
      },
      then_expr: nullConstant,
    },
  ],
  else_expr: { ...node, alias: "" },
});

const joined: Rewrite = (node, [first, ...rest]) => ({
  ...(rest.reduce((left, right) => callOf("||", [left, right]), first) as SqlNode),
  alias: node.alias,
});

const matching =
  (fold: string): Rewrite =>
  (node, children) => ({ ...callOf(fold, [callOf("list_transform", children)]), alias: node.alias });

const reduced: Rewrite = (node, [list, start, step, finish]) => {
  const folded = callOf("list_reduce", [list, step, start]);
  return {
    ...callOf("list_extract", [callOf("list_transform", [callOf("list_value", [folded]), finish]), one]),
    alias: node.alias,
  };
};

const one: SqlNode = {
  class: "CONSTANT",
  type: "VALUE_CONSTANT",
  alias: "",
  query_location: 0,
  value: { type: { id: "INTEGER", type_info: null }, is_null: false, value: 1 },
};

const withPattern =
  (name: string): Rewrite =>
  (node, [value, pattern]) => {
    const text = constantText(pattern);
    return text === undefined
      ? node
      : { ...callOf(name, [value, textConstant(strftimePattern(text))]), alias: node.alias };
  };

/** Paths become JSON pointers, which take any key: what the translator makes of quoted ones, DuckDB reads otherwise. */
const extracting =
  (name: string): Rewrite =>
  (node, [json, path]) => {
    const text = constantText(path);
    const pointer = text === undefined ? undefined : jsonPointer(text);
    return { ...callOf(name, [json, pointer === undefined ? path : textConstant(pointer)]), alias: node.alias };
  };

/** Functions of Athena that DuckDB lacks or means differently, where a macro cannot help. */
const REWRITES: Readonly<Record<string, Rewrite>> = {
  "/": renamed("athena_divide"),
  concat: joined,
  greatest: strict,
  least: strict,
  // Trino counts whole units between two times, DuckDB's function of that name the borders between them.
  date_diff: renamed("date_sub"),
  datediff: renamed("date_sub"),
  transform: renamed("list_transform"),
  any_match: matching("list_bool_or"),
  all_match: matching("list_bool_and"),
  none_match: (node, children) => ({ ...not(matching("list_bool_or")(node, children)), alias: node.alias }),
  reduce: reduced,
  format_datetime: withPattern("strftime"),
  parse_datetime: withPattern("strptime"),
  "->>": extracting("json_extract_string"),
  json_extract: extracting("json_extract"),
  json_extract_string: extracting("json_extract_string"),
  json_extract_scalar: extracting("json_extract_string"),
};

/** The tree with Athena's meanings written out in DuckDB's functions. Inner expressions first. */
export function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten);
  if (!isNode(value)) return value;
  const node: SqlNode = {};
  for (const [name, member] of Object.entries(value)) node[name] = rewritten(member);
  if (isFunction(node)) {
    const rewrite = Object.hasOwn(REWRITES, functionName(node)) ? REWRITES[functionName(node)] : undefined;
    return rewrite === undefined ? node : rewrite(node, node.children as readonly unknown[]);
  }
  if (node.class === "LAMBDA") return extractionOf(node) ?? node;
  if (node.type === "BASE_TABLE" && String(node.schema_name).toLowerCase() === LAKE_DATABASE) {
    return { ...node, catalog_name: "" };
  }
  return node.class === "CAST" ? castOfJson(node) : node;
}

/** `json -> 'path'` looks to DuckDB's parser like a function with one argument; those never answer a constant path. */
function extractionOf({ lhs, expr, alias }: SqlNode): SqlNode | undefined {
  const path = constantText(expr);
  if (path === undefined || !/^\$([.[]|$)/.test(path)) return undefined;
  return { ...extracting("json_extract")({}, [lhs, expr]), alias };
}

/** In Trino JSON text cast to VARCHAR loses its quotation marks. */
function castOfJson(node: SqlNode): SqlNode {
  const { child, cast_type: type } = node;
  if (!isNode(child) || !isNode(type) || type.id !== "VARCHAR") return node;
  const called = isFunction(child) ? functionName(child) : "";
  if (called === "json_extract") return { ...node, child: { ...child, function_name: "json_extract_string" } };
  return called === "json_parse" ? { ...node, child: callOf("json_extract_string", [child, textConstant("$")]) } : node;
}
