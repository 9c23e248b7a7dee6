import * as z from "zod";
import { Table } from "./fields.ts";
import type { Route } from "./route.ts";

const QueryAsked = z.strictObject({ sql: z.string().min(1).max(100_000) });

export const QUERY_ROUTES = {
  runQuery: {
    method: "POST",
    path: "/api/queries",
    summary: "Runs one read-only statement, in Athena's dialect, over the lake's tables and views",
    body: QueryAsked,
    status: 200,
    answer: Table,
    refusals: ["sql.refused"],
  },
} as const satisfies Record<string, Route>;
