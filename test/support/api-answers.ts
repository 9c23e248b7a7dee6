import type { Json, JsonObject } from "#core/kernel/json.ts";

/** A value of an answer that a path or a query takes up. */
export const text = (value: Json | undefined): string => (typeof value === "string" ? value : JSON.stringify(value));

/** A value of an answer that is known to be a list of objects. */
export const listOf = (value: unknown): readonly JsonObject[] => value as readonly JsonObject[];
