import * as z from "zod";
import { Time } from "./fields.ts";
import type { Route } from "./route.ts";

const Health = z.object({ status: z.literal("ok"), time: Time, dialect: z.enum(["duckdb", "athena"]) });

export const ABOUT_ROUTES = {
  health: {
    method: "GET",
    path: "/api/health",
    summary: "Whether the API answers",
    status: 200,
    answer: Health,
    refusals: [],
  },
  openapi: {
    method: "GET",
    path: "/api/openapi.json",
    summary: "This description (OpenAPI 3.1)",
    status: 200,
    answer: z.looseObject({ openapi: z.string() }),
    refusals: [],
  },
} as const satisfies Record<string, Route>;
