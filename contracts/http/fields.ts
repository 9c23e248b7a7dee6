import * as z from "zod";
import { parseTime } from "#core/kernel/time.ts";

/** A time as people and programs write it: ISO 8601, read as UTC where it names no zone. */
export const Instant = z
  .string()
  .refine((text) => parseTime(text) !== undefined, "a time is expected, such as 2026-11-02T10:00:00Z")
  .meta({ description: "ISO 8601; UTC where no zone is given", examples: ["2026-11-02T10:00:00Z"] });

/** The same on the way out: always UTC, always with milliseconds. */
export const Time = z.string().meta({ format: "date-time" });

const MAX_PAGE = 1_000;

/** How a long answer is read: `limit` at a time, each further page asked for with the `next` of the one before. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
  cursor: z.string().max(2_000).optional(),
});

/** `null` where there is nothing more. */
export const Next = z.string().nullable();

/** What a definition may be called in a path. */
export const DefinitionId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/);

/** What any definition answers beside itself. `version` is what the next change must name. */
export const Versioned = z.object({ id: z.string(), version: z.int().positive(), updatedAt: Time });

/** A query as `{"columns":[{"name","type"}],"rows":[[…]]}`. */
export const Table = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.json())),
  /** There were more rows than may be answered: ask for fewer, or aggregate. Absent where these are all. */
  truncated: z.literal(true).optional(),
});
