import { LAKE_DATABASE, LAKE_TABLES, LAKE_VIEWS } from "#contracts/lake.ts";
import { functionName, isFunction, isNode, nodesIn, type SqlNode } from "./athena-ast.ts";

const RELATIONS: ReadonlySet<string> = new Set([...Object.keys(LAKE_TABLES), ...Object.keys(LAKE_VIEWS)]);
const CATALOGUE: ReadonlySet<string> = new Set(["tables", "columns"]);

/** What would tell about the machine, or reach beyond the statement. Files and network are closed to the engine itself. */
const FORBIDDEN_FUNCTION =
  /^(getenv|getvariable|current_setting|current_query|txid_current|nextval|currval|setseed|write_log|parse_duckdb_log_message|in_search_path|query|query_table|error|stats|sleep_ms|create_sort_key|current_(database|schema|schemas|catalog|connection_id|transaction_id|query_id)|json_(de)?serialize.*|json_execute.*|pg_.*|has_.*|duckdb_.*|pragma_.*|read_.*|sniff_.*|glob|parquet_.*|.*_secret.*)$/;

const QUERY_NODES: ReadonlySet<string> = new Set([
  "SELECT_NODE",
  "SET_OPERATION_NODE",
  "RECURSIVE_CTE_NODE",
  "CTE_NODE",
]);

/** Why a statement may not run, in words for the analyst; `undefined` where it may. */
export function whyForbidden(statement: SqlNode): string | undefined {
  const root = statement.node;
  if (!isNode(root) || !QUERY_NODES.has(String(root.type))) return "only SELECT and WITH … SELECT may run";
  const named = commonTablesIn(statement);
  if (named.refused !== undefined) return `${named.refused} is no name for a common table here`;
  if (relationsOf(statement) > MAX_RELATIONS) {
    return `at most ${MAX_RELATIONS} tables may be named, each WITH counted as often as it is used`;
  }
  for (const node of nodesIn(statement)) {
    const refused = whyNodeForbidden(node, named.names);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/**
 * Names of `WITH`. They may look like nothing the engine itself answers to (a file, a system view), so that a name
 * used outside of its scope leads nowhere.
 */
function commonTablesIn(statement: SqlNode): { readonly names: ReadonlySet<string>; readonly refused?: string } {
  const names = new Set<string>();
  for (const node of nodesIn(statement)) {
    const map = isNode(node.cte_map) ? node.cte_map.map : undefined;
    for (const entry of Array.isArray(map) ? map : []) {
      const name = String((entry as SqlNode).key).toLowerCase();
      if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) || /^(duckdb_|pg_|pragma_|sqlite_)/.test(name)) {
        return { names, refused: name };
      }
      names.add(name);
    }
  }
  return { names };
}

/** Planning more than so many takes longer than any limit on time can end. */
const MAX_RELATIONS = 100;

/**
 * How many relations a statement stands for once its common tables are written out: two dozen of them, each naming the
 * one before twice, are sixteen million.
 */
function relationsOf(statement: SqlNode): number {
  const bodies = new Map<string, SqlNode[]>();
  for (const node of nodesIn(statement)) {
    for (const [name, body] of commonTablesOf(node)) bodies.set(name, [...(bodies.get(name) ?? []), body]);
  }
  const sizes = new Map<string, number>();
  const sizeOf = (name: string): number => {
    const known = sizes.get(name);
    if (known !== undefined) return known;
    // While it is being counted it names itself, or one of another scope: that is one more.
    sizes.set(name, 1);
    const size = Math.max(1, ...(bodies.get(name) ?? []).map(count));
    sizes.set(name, size);
    return size;
  };
  const count = (root: SqlNode): number => {
    let total = 0;
    for (const node of nodesOutsideOfWith(root)) {
      if (node.type === "BASE_TABLE" && node.schema_name === "") total += sizeOf(String(node.table_name).toLowerCase());
      else if (isRelation(node)) total++;
    }
    return total;
  };
  return count(statement);
}

const isRelation = ({ type }: SqlNode): boolean =>
  type === "BASE_TABLE" || type === "TABLE_FUNCTION" || type === "EXPRESSION_LIST";

/** The common tables that a query defines, by name. */
function commonTablesOf(node: SqlNode): readonly (readonly [string, SqlNode])[] {
  const map = isNode(node.cte_map) ? node.cte_map.map : undefined;
  return (Array.isArray(map) ? (map as readonly SqlNode[]) : []).flatMap(({ key, value }) =>
    isNode(value) ? [[String(key).toLowerCase(), value] as const] : [],
  );
}

function* nodesOutsideOfWith(root: SqlNode): Generator<SqlNode> {
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (Array.isArray(next)) waiting.push(...(next as unknown[]));
    else if (isNode(next)) {
      yield next;
      waiting.push(...Object.entries(next).flatMap(([name, member]) => (name === "cte_map" ? [] : [member])));
    }
  }
}

function whyNodeForbidden(node: SqlNode, commonTables: ReadonlySet<string>): string | undefined {
  if (isFunction(node) && FORBIDDEN_FUNCTION.test(functionName(node))) {
    return `the function ${functionName(node)} is not for use here`;
  }
  switch (node.type) {
    case "BASE_TABLE":
      return whyTableForbidden(node, commonTables);
    case "TABLE_FUNCTION": {
      const called = isNode(node.function) ? functionName(node.function) : "this";
      return called === "unnest" ? undefined : `the table function ${called} is not for use here`;
    }
    case "SHOW_REF":
    case "PIVOT":
    case "COLUMN_DATA":
    case "DELIM_GET":
    case "BOUND_TABLE_REF":
      return "only SELECT and WITH … SELECT may run";
    case "VALUE_PARAMETER":
      return "parameters cannot be given here";
    default:
      return undefined;
  }
}

function whyTableForbidden(node: SqlNode, commonTables: ReadonlySet<string>): string | undefined {
  const [catalog, schema, table] = [node.catalog_name, node.schema_name, node.table_name].map((name) =>
    (typeof name === "string" ? name : "").toLowerCase(),
  ) as [string, string, string];
  if (catalog === "" && schema === "information_schema" && CATALOGUE.has(table)) return undefined;
  const ours = schema === LAKE_DATABASE && (catalog === "" || catalog === "awsdatacatalog");
  if (ours && RELATIONS.has(table)) return undefined;
  if (catalog === "" && schema === "" && (RELATIONS.has(table) || commonTables.has(table))) return undefined;
  const name = [catalog, schema, table].filter((part) => part !== "").join(".");
  return `there is no table ${name}; there are ${[...RELATIONS].join(", ")}`;
}
