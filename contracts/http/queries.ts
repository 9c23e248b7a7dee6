import * as z from "zod";
import { SAVED_QUERIES } from "#contracts/saved-queries/saved-queries.ts";
import { Table } from "./fields.ts";
import { QUALITY_ROUTES } from "./quality.ts";
import type { Route } from "./route.ts";

/** How many rows a page has at most. */
const MAX_QUERY_ROWS = 10_000;

const Parameters = z.record(z.string(), z.string());

const QueryAsked = z
  .strictObject({
    sql: z.string().min(1).max(100_000).optional(),
    /** A saved query's name, with what it is told. */
    saved: z.string().max(100).optional(),
    parameters: Parameters.optional(),
    /** The `next` of the page before. */
    cursor: z.string().min(1).max(2_000).optional(),
    /** Rows of a page. */
    limit: z.int().min(1).max(MAX_QUERY_ROWS).default(MAX_QUERY_ROWS),
  })
  .refine(
    ({ sql, saved, cursor }) => [sql, saved, cursor].filter((asked) => asked !== undefined).length === 1,
    "one of sql, saved and cursor is expected",
  )
  .refine(
    ({ saved, parameters }) => parameters === undefined || saved !== undefined,
    "parameters are those of a saved query",
  );

const Answer = Table.extend({
  /** What the next page is asked for with, as `cursor`. Absent on the last page. */
  next: z.string().optional(),
});

const Words = z.object({ en: z.string(), fr: z.string() });

const Parameter = z.object({
  name: z.string(),
  kind: z.enum(["day", "text", "number", "choice"]),
  means: Words,
  /** What holds where nothing is said; of a day, how many days from today. */
  default: z.union([z.string(), z.number()]),
  /** Of a choice. */
  choices: z.array(z.string()).optional(),
  least: z.number().optional(),
  most: z.number().optional(),
});

const Saved = z.object({
  name: z.string(),
  title: Words,
  answers: Words,
  parameters: z.array(Parameter),
  /** In Athena's dialect, with the parameters filled in. */
  sql: z.string(),
});

export type SavedAnswer = z.input<typeof Saved>;

export const QUERY_ROUTES = {
  runQuery: {
    method: "POST",
    path: "/api/queries",
    summary: "Runs one read-only statement, in Athena's dialect, over the lake's tables and views, page by page",
    body: QueryAsked,
    status: 200,
    answer: Answer,
    refusals: ["sql.refused", "query.too_much_memory", "query.not_found", "query.bad_parameter", "page.bad_cursor"],
  },
  listSavedQueries: {
    method: "GET",
    path: "/api/queries/saved",
    summary: `The usual questions, ready to be asked: ${Object.keys(SAVED_QUERIES).length} of them`,
    status: 200,
    answer: z.object({ queries: z.array(Saved) }),
    refusals: [],
  },
  getSavedQuery: {
    method: "GET",
    path: "/api/queries/saved/{id}",
    summary: "A saved query, its SQL filled with the parameters that the query string gives",
    query: z.object({}).catchall(z.string()),
    status: 200,
    answer: Saved,
    refusals: ["query.not_found", "query.bad_parameter"],
  },
  ...QUALITY_ROUTES,
} as const satisfies Record<string, Route>;
