/**
 * Where the engines differ. A `json` is an SQL expression of JSON, made by `jsonAt`; every answer is an SQL expression
 * that is NULL, never an error, where the JSON is absent or of another type.
 */
export interface SqlDialect {
  readonly name: "duckdb" | "athena";
  /** The value at a path in a column of JSON text. */
  jsonAt(column: string, path: readonly string[]): string;
  /** True for anything but JSON's `null`. */
  isValue(json: string): string;
  text(json: string): string;
  /** Whether the value is one of these texts, where that can be told faster than by comparing `text`. */
  isOneOf?(json: string, texts: readonly string[]): string | undefined;
  number(json: string): string;
  boolean(json: string): string;
  /** The UTC timestamp that a date text names (`core/segments/date-text.ts`). */
  time(json: string): string;
  /** Whether a test holds for one item of a list at least. `item` is given to it as a JSON expression. */
  anyItem(json: string, test: (item: string) => string): string;
  contains(text: string, part: string): string;
  startsWith(text: string, part: string): string;
  endsWith(text: string, part: string): string;
}
