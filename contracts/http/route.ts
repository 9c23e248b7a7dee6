import type * as z from "zod";
import type { ApiCode } from "./rejections.ts";

/** One thing that may be asked under `/api`: enough to check a request, to describe it, and to type its answer. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** `{name}` stands for one part of the path. */
  readonly path: `/api/${string}`;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** How the body is described, where `body` checks less because a reader of core's says better what is wrong. */
  readonly published?: z.ZodType;
  /** How large a body may be; `MAX_BODY_BYTES` if absent. */
  readonly maxBodyBytes?: number;
  readonly status: 200 | 201 | 202;
  readonly answer: z.ZodType;
  /** What it may be refused with, beside what any request may be. */
  readonly refusals: readonly ApiCode[];
}

/** Definitions must fit, whole, into an item of the store, which holds 400 KB. */
export const MAX_BODY_BYTES = 256 * 1024;
