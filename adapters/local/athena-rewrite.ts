import { LAKE_DATABASE } from "#contracts/lake.ts";
import {
  callOf,
  constantText,
  functionName,
  isFunction,
  isNode,
  nodesIn,
  type SqlNode,
  textConstant,
} from "./athena-ast.ts";
import { BOUNDED } from "./athena-bounds.ts";
import { strftimePattern } from "./joda-pattern.ts";
import { jsonPointer } from "./json-pointer.ts";
import { mysqlPattern } from "./mysql-pattern.ts";

type Rewrite = (node: SqlNode, children: readonly unknown[]) => SqlNode;

const renamed =
  (name: string): Rewrite =>
  // Some names come with the engine's own schema, in which macros do not lie.
  (node) => ({ ...node, function_name: name, is_operator: false, catalog: "", schema: "" });

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

/** Of no rows it is 0 in Trino, of which none says yes or no. */
const countIf: Rewrite = (node) => ({
  class: "OPERATOR",
  type: "OPERATOR_COALESCE",
  alias: node.alias,
  query_location: 0,
  children: [
    { ...node, alias: "" },
    { ...one, value: { ...(one.value as SqlNode), value: 0 } },
  ],
});

const joined: Rewrite = (node, [first, ...rest]) => ({
  ...(rest.reduce((left, right) => callOf("||", [left, right]), first) as SqlNode),
  alias: node.alias,
});

const matching =
  (fold: string): Rewrite =>
  (node, children) => ({ ...callOf(fold, [callOf("list_transform", children)]), alias: node.alias });

const reduced: Rewrite = (node, [list, start, step, finish]) => {
  const folded = callOf("list_reduce", [list, boundedJoins(step), start]);
  return {
    ...callOf("list_extract", [callOf("list_transform", [callOf("list_value", [folded]), finish]), one]),
    alias: node.alias,
  };
};

/** What is joined to itself at each step of a list is soon longer than any memory. */
function boundedJoins(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(boundedJoins);
  if (!isNode(value)) return value;
  const node = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, boundedJoins(member)]));
  return isFunction(node) && /^(\|\||concat|list_concat|array_concat|list_cat|array_cat)$/.test(functionName(node))
    ? { ...node, function_name: "bounded_join", is_operator: false }
    : node;
}

const one: SqlNode = {
  class: "CONSTANT",
  type: "VALUE_CONSTANT",
  alias: "",
  query_location: 0,
  value: { type: { id: "INTEGER", type_info: null }, is_null: false, value: 1 },
};

const withPattern =
  (name: string, words: (pattern: string) => string): Rewrite =>
  (node, [value, pattern]) => {
    const text = constantText(pattern);
    const inWords = text === undefined ? pattern : textConstant(words(text));
    return { ...callOf(name, [value, inWords]), alias: node.alias };
  };

/** NULL where it fails, for that row. DuckDB tries nothing that holds a query of its own. */
const tried = (call: SqlNode): SqlNode =>
  [...nodesIn(call)].some((node) => node.class === "SUBQUERY")
    ? call
    : { class: "OPERATOR", type: "OPERATOR_TRY", alias: "", query_location: 0, children: [call] };

const INTERVAL = /^to_(milli)?(seconds|minutes|hours|days|weeks|months|quarters|years)$/;

/** In Trino a date stays one when an interval is added; DuckDB makes a timestamp of it. */
const keepingType: Rewrite = (node, [left, right]) =>
  isNode(right) && isFunction(right) && INTERVAL.test(functionName(right))
    ? { ...callOf("cast_to_type", [{ ...node, alias: "" }, left]), alias: node.alias }
    : node;

/** Trino's weeks begin with Monday, the first day. */
const datePart: Rewrite = (node, [part, value]) =>
  ["dow", "dayofweek", "weekday"].includes(constantText(part)?.toLowerCase() ?? "")
    ? { ...node, children: [textConstant("isodow"), value] }
    : node;

/** Paths become JSON pointers, which take any key: what the translator makes of quoted ones, DuckDB reads otherwise. */
const extracting =
  (name: string): Rewrite =>
  (node, [json, path]) => {
    const text = constantText(path);
    const pointer = text === undefined ? undefined : jsonPointer(text);
    const found = tried(callOf(name, [json, pointer === undefined ? path : textConstant(pointer)]));
    return { ...found, alias: node.alias };
  };

/** What is no text, number or boolean is NULL to it. */
const extractingScalar: Rewrite = (node, children) => {
  const found = { ...extracting("json_value")(node, children), alias: "" };
  return { ...callOf("json_extract_string", [found, textConstant("$")]), alias: node.alias };
};

/** Functions of Athena that DuckDB lacks or means differently, where a macro cannot help. */
const REWRITES: Readonly<Record<string, Rewrite>> = {
  ...Object.fromEntries(Object.entries(BOUNDED).map(([name, bounded]) => [name, renamed(bounded)])),
  "/": renamed("athena_divide"),
  concat: joined,
  greatest: strict,
  least: strict,
  // Trino counts whole units between two times, DuckDB's function of that name the borders between them.
  date_diff: renamed("date_sub"),
  datediff: renamed("date_sub"),
  transform: renamed("list_transform"),
  any_match: matching("athena_any"),
  all_match: matching("athena_all"),
  none_match: (node, children) => ({ ...not(matching("athena_any")(node, children)), alias: node.alias }),
  reduce: reduced,
  "+": keepingType,
  "-": keepingType,
  count_if: countIf,
  date_part: datePart,
  date_trunc: renamed("athena_date_trunc"),
  millisecond: renamed("athena_millisecond"),
  substring: renamed("athena_substr"),
  substr: renamed("athena_substr"),
  split_part: renamed("athena_split_part"),
  url_encode: renamed("athena_url_encode"),
  url_decode: renamed("athena_url_decode"),
  json_array_length: renamed("athena_json_array_length"),
  athena_date_format: withPattern("strftime", mysqlPattern),
  athena_date_parse: withPattern("strptime", mysqlPattern),
  format_datetime: withPattern("strftime", strftimePattern),
  parse_datetime: withPattern("strptime", strftimePattern),
  "->>": extractingScalar,
  json_extract: extracting("json_extract"),
  json_extract_string: extractingScalar,
  json_extract_scalar: extractingScalar,
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
  const [tried] = child.type === "OPERATOR_TRY" ? (child.children as readonly unknown[]) : [];
  if (isNode(tried))
    return { ...node, child: { ...child, children: [{ ...tried, function_name: "json_extract_string" }] } };
  return called === "json_parse" ? { ...node, child: callOf("json_extract_string", [child, textConstant("$")]) } : node;
}
