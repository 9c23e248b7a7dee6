const READS = new Set(["select", "with", "values", "show", "describe", "desc", "explain", "table"]);

/** Quoted text, quoted names and comments: inside them nothing of SQL counts. */
const OPAQUE = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * In plain words why a statement may not be run for an analyst; `undefined` where it only reads. This is courtesy, so
 * that the answer is clear: what holds is the role, which may write nothing but results.
 */
export function whyNotReadOnly(sql: string): string | undefined {
  const bare = sql.replace(OPAQUE, (found) => (found.startsWith("'") || found.startsWith('"') ? "x" : " ")).trim();
  const [statement = "", ...others] = bare.split(";");
  if (others.some((other) => other.trim() !== "")) return "one statement at a time";
  const words = statement.toLowerCase().match(/[a-z_]+/g) ?? [];
  const first = words.find((word) => word !== "explain" && word !== "analyze") ?? words[0];
  if (first === undefined) return "a statement is expected";
  return READS.has(first) ? undefined : `only statements that read are run here, not ${first.toUpperCase()}`;
}
