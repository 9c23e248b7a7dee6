/** A node of DuckDB's own syntax tree, as `json_serialize_sql` gives it and `json_deserialize_sql` takes it back. */
export interface SqlNode {
  [member: string]: unknown;
}

export const isNode = (value: unknown): value is SqlNode =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isRawNumber(value);

interface RawNumbers {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
}
// TypeScript's library does not know these yet; Node 24 has them.
const raw = JSON as unknown as RawNumbers;
const isRawNumber = (value: unknown): boolean => raw.isRawJSON(value);

/** Reads the tree without touching its numbers: `10.0` and twenty digits go back as they came. */
export function parseTree(text: string): SqlNode {
  const keep = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === "number" && context?.source !== undefined && String(value) !== context.source
      ? raw.rawJSON(context.source)
      : value;
  return JSON.parse(text, keep) as SqlNode;
}

/** Every node below (and with) this one, outer before inner. */
export function* nodesIn(value: unknown): Generator<SqlNode> {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (Array.isArray(next)) waiting.push(...next.toReversed());
    else if (isNode(next)) {
      yield next;
      waiting.push(...Object.values(next).toReversed());
    }
  }
}

export const isFunction = (node: SqlNode): boolean => node.class === "FUNCTION";

export const functionName = (node: SqlNode): string => String(node.function_name).toLowerCase();

export const callOf = (name: string, children: readonly unknown[]): SqlNode => ({
  class: "FUNCTION",
  type: "FUNCTION",
  alias: "",
  query_location: 0,
  function_name: name,
  schema: "",
  children: [...children],
  filter: null,
  order_bys: { type: "ORDER_MODIFIER", orders: [] },
  distinct: false,
  is_operator: false,
  export_state: false,
  catalog: "",
});

/** The text of a constant; `undefined` for any other expression. */
export function constantText(node: unknown): string | undefined {
  if (!isNode(node) || node.class !== "CONSTANT" || !isNode(node.value)) return undefined;
  return typeof node.value.value === "string" ? node.value.value : undefined;
}

export const textConstant = (text: string): SqlNode => ({
  class: "CONSTANT",
  type: "VALUE_CONSTANT",
  alias: "",
  query_location: 0,
  value: { type: { id: "VARCHAR", type_info: null }, is_null: false, value: text },
});
