import type { SqlDialect } from "./dialect.ts";

/** A JSON value within a statement; each member is an SQL expression, NULL where the value is of another type. */
export interface JsonValue {
  isValue(): string;
  text(): string;
  /** Whether it is one of these texts, where the dialect has a faster way than to compare `text`. */
  isOneOf(texts: readonly string[]): string | undefined;
  number(): string;
  boolean(): string;
  /** A UTC timestamp, where the value is a date text. */
  time(): string;
  /** Whether the test holds for one item at least, where the value is a list. */
  anyItem(test: (item: JsonValue) => string): string;
}

/** Columns to be extracted from a column of JSON text: each path once, each reading of it once. */
export interface JsonColumns {
  value(path: readonly string[]): JsonValue;
  /** A column of this name root for an expression over a reading. */
  add(root: string, sql: string): string;
  /** `expression AS name` for the raw JSON values, then for what is read from those. */
  readonly raw: () => readonly string[];
  readonly read: () => readonly string[];
}

type Reading = "isValue" | "text" | "number" | "boolean" | "time";

export function jsonColumns(source: string, prefix: string, dialect: SqlDialect): JsonColumns {
  const raw = new Map<string, string>();
  const read = new Map<string, string>();
  const named = (columns: Map<string, string>, sql: string, name: string): string => {
    const known = columns.get(sql);
    if (known !== undefined) return known;
    columns.set(sql, name);
    return name;
  };
  const add = (root: string, sql: string): string => named(read, sql, `${root}_${read.size + 1}`);
  return {
    add,
    value: (path) => {
      const json = named(raw, dialect.jsonAt(source, path), `${prefix}_${raw.size + 1}`);
      const reading = (name: Reading): string => named(read, dialect[name](json), `${json}_${WORDS[name]}`);
      return {
        isValue: () => reading("isValue"),
        text: () => reading("text"),
        isOneOf: (texts) => {
          const sql = dialect.isOneOf?.(json, texts);
          return sql === undefined ? undefined : add(`${json}_is`, sql);
        },
        number: () => reading("number"),
        boolean: () => reading("boolean"),
        time: () => reading("time"),
        anyItem: (test) =>
          add(
            `${json}_has`,
            dialect.anyItem(json, (item) => test(inline(item, dialect))),
          ),
      };
    },
    raw: () => [...raw].map(([sql, name]) => `${sql} AS ${name}`),
    read: () => [...read].map(([sql, name]) => `${sql} AS ${name}`),
  };
}

const WORDS: Readonly<Record<Reading, string>> = {
  isValue: "is_there",
  text: "text",
  number: "number",
  boolean: "boolean",
  time: "time",
};

const inline = (json: string, dialect: SqlDialect): JsonValue => ({
  isValue: () => dialect.isValue(json),
  text: () => dialect.text(json),
  isOneOf: (texts) => dialect.isOneOf?.(json, texts),
  number: () => dialect.number(json),
  boolean: () => dialect.boolean(json),
  time: () => dialect.time(json),
  anyItem: (test) => dialect.anyItem(json, (item) => test(inline(item, dialect))),
});
