import type { DuckDBConnection } from "@duckdb/node-api";
import { LakeQueryError } from "#core/kernel/ports.ts";
import { constantText, isNode, parseTree, type SqlNode, textConstant } from "./athena-ast.ts";
import { whyForbidden } from "./athena-guard.ts";
import { broughtBack, type SetAside, setPathsAside } from "./athena-paths.ts";
import { rewritten } from "./athena-rewrite.ts";

const MAX_LENGTH = 50_000;
const MAX_NESTING = 100;
/** Words and signs: reading them takes time that nobody else on this machine has meanwhile. */
const MAX_LEXEMES = 10_000;

/**
 * One read-only statement in Athena's dialect as a statement of DuckDB, or a `LakeQueryError` that says why it may
 * not run. The translator only proposes: what is looked at, and what runs, is DuckDB's own syntax tree of the
 * translation, so nothing a statement hides from one parser reaches the engine through another.
 */
export async function athenaStatement(sql: string, connection: DuckDBConnection): Promise<string> {
  if (sql.length > MAX_LENGTH) throw new LakeQueryError(`a statement has at most ${MAX_LENGTH} characters`);
  if (sql.includes("\0")) throw new LakeQueryError("a statement holds no NUL character");
  if (nestingOf(sql) > MAX_NESTING) throw new LakeQueryError(`parentheses nest at most ${MAX_NESTING} deep`);
  if (hasMoreLexemes(sql, MAX_LEXEMES)) {
    throw new LakeQueryError(`a statement has at most ${MAX_LEXEMES} words and signs; long lists belong into a table`);
  }
  const aside = setPathsAside(sql);
  const tree = await treeOf(await translated(aside, sql), connection);
  const refused = whyForbidden(tree);
  if (refused !== undefined) throw new LakeQueryError(located(refused, sql));
  return textOf(rewrittenTree(tree, aside.paths), connection);
}

/** Recursive parsers fall over where nesting has no bound. */
function nestingOf(sql: string): number {
  let [depth, deepest] = [0, 0];
  for (const character of sql) {
    if (character === "(" || character === "[") deepest = Math.max(deepest, ++depth);
    else if (character === ")" || character === "]") depth--;
  }
  return deepest;
}

function hasMoreLexemes(sql: string, most: number): boolean {
  let count = 0;
  for (const _ of sql.matchAll(/'(?:[^']|'')*'|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu)) if (++count > most) return true;
  return false;
}

/** Athena's SELECT is Trino's; the translator's own "Athena" reads texts as Hive does, with backslashes. */
async function translated(aside: SetAside, original: string): Promise<string> {
  const { Dialect, transpile } = await import("@polyglot-sql/sdk");
  const made = transpile(aside.sql, Dialect.Trino, Dialect.DuckDB);
  if (!made.success) {
    const { error = "unreadable", errorStart } = transpile(original, Dialect.Trino, Dialect.DuckDB);
    const place = errorStart === undefined ? "" : `${placeAt(original, errorStart)}: `;
    throw new LakeQueryError(`${place}${inWords((error ?? "unreadable").replace(/^.*?line \d+, column \d+: /i, ""))}`);
  }
  const statements = (made.sql ?? []).filter((statement) => statement.trim() !== "");
  const [statement] = statements;
  if (statement === undefined || statements.length > 1) throw new LakeQueryError("exactly one statement is wanted");
  return statement;
}

/** What the translator says of its own bounds means something to those who know it. */
const inWords = (message: string): string =>
  /DEPTH_EXCEEDED|call stack|recursion/i.test(message)
    ? "the statement nests too deeply to be read: join fewer parts by operators, or part it by WITH"
    : message.replace(/^E_[A-Z_]+: /, "");

async function treeOf(duckdbSql: string, connection: DuckDBConnection): Promise<SqlNode> {
  const answer = await connection.runAndReadAll("SELECT json_serialize_sql(CAST($1 AS VARCHAR))", [duckdbSql]);
  const tree = parseTree(String(answer.getRows()[0]?.[0]));
  if (tree.error === true) {
    const readOnly = tree.error_type === "not implemented";
    throw new LakeQueryError(readOnly ? "only SELECT and WITH … SELECT may run" : String(tree.error_message));
  }
  const statements = tree.statements as readonly unknown[];
  const [statement] = statements;
  if (!isNode(statement) || statements.length > 1) throw new LakeQueryError("exactly one statement is wanted");
  return statement;
}

function rewrittenTree(tree: SqlNode, paths: SetAside["paths"]): unknown {
  try {
    return rewritten(withPaths(tree, paths));
  } catch (error) {
    if (error instanceof RangeError) throw new LakeQueryError(error.message);
    throw error;
  }
}

function withPaths(value: unknown, paths: SetAside["paths"]): unknown {
  if (Array.isArray(value)) return value.map((item) => withPaths(item, paths));
  if (!isNode(value)) return value;
  const text = constantText(value);
  if (text !== undefined) return { ...textConstant(broughtBack(text, paths)), alias: value.alias };
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withPaths(member, paths)]));
}

async function textOf(tree: unknown, connection: DuckDBConnection): Promise<string> {
  const json = JSON.stringify({ error: false, statements: [tree] });
  const answer = await connection.runAndReadAll("SELECT json_deserialize_sql(CAST($1 AS JSON))", [json]);
  return String(answer.getRows()[0]?.[0]);
}

/** `line 3, column 7`, both from 1. */
function placeAt(sql: string, offset: number): string {
  const before = sql.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/**
 * An engine's message about the translation, with the place in what the analyst wrote of the first name it quotes.
 * The engine's own places are those of the translation and would mislead; they are cut.
 */
export function located(message: string, sql: string): string {
  const [text = ""] = message.split(/\n+LINE \d+:/);
  const name = /"([^"]+)"|name ([A-Za-z_]\w*)|(?:function|table) ([\w./]+)/.exec(text);
  const wanted = (name?.[1] ?? name?.[2] ?? name?.[3])?.toLowerCase();
  const offset = wanted === undefined ? -1 : sql.toLowerCase().indexOf(wanted);
  return offset < 0 ? text : `${placeAt(sql, offset)}: ${text}`;
}
