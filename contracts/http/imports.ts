import * as z from "zod";
import { Time } from "./fields.ts";
import type { Route } from "./route.ts";

/** One file being taken in, or taken in. */
export const ImportJob = z.object({
  id: z.string(),
  file: z.string(),
  mapping: z.string(),
  status: z.enum(["running", "done", "failed"]),
  rows: z.number(),
  events: z.number(),
  badEvents: z.number(),
  startedAt: Time,
  endedAt: Time.nullable(),
  /** Why it failed, in plain words. */
  problem: z.string().nullable(),
});
export type ImportJob = z.infer<typeof ImportJob>;

const Imports = z.object({ imports: z.array(ImportJob) });

const Mapping = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,99}$/, "the name of a ready mapping is expected");
// A name, never a path: no separators, no leading dot.
const FileName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._ -]{0,199}$/, "the name of a file is expected, not a path");

/**
 * Either a file that already lies in the landing zone, or one sent along as text. `file` names it in both cases: the
 * same name with the same content again is the same import, and doubles nothing.
 */
export const ImportAsked = z.strictObject({
  mapping: Mapping,
  file: FileName,
  content: z.string().min(1).optional(),
});
export type ImportAsked = z.infer<typeof ImportAsked>;

export const IMPORT_ROUTES = {
  listImports: {
    method: "GET",
    path: "/api/imports",
    summary: "Files taken in, latest first",
    status: 200,
    answer: Imports,
    refusals: ["import.not_served_here"],
  },
  startImport: {
    method: "POST",
    path: "/api/imports",
    summary: "Takes in a file of the landing zone, or one sent along, by a ready mapping",
    body: ImportAsked,
    // Lambda is given at most 6 MB; a file may fill most of it. Larger ones are put into the landing zone.
    maxBodyBytes: 5 * 1024 * 1024,
    status: 202,
    answer: ImportJob,
    refusals: [
      "import.bad_file",
      "import.unknown_mapping",
      "import.busy",
      "import.refused",
      "import.not_found",
      "import.not_served_here",
    ],
  },
} as const satisfies Record<string, Route>;
