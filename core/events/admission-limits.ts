import * as z from "zod";

/** Segment's limits by default, so that what their clients may send we may receive. Sizes in bytes of JSON text. */
export const AdmissionLimits = z.object({
  eventBytes: z
    .int()
    .positive()
    .default(32 * 1024),
  batchBytes: z
    .int()
    .positive()
    .default(500 * 1024),
  /** Of the context that a batch gives for all of its events: it is written once for each of them. */
  batchContextBytes: z
    .int()
    .positive()
    .default(4 * 1024),
  batchEvents: z.int().positive().default(2_500),
  messageIdLength: z.int().positive().default(100),
  /** How many lists and objects may stand within each other, in levels. */
  depth: z.int().positive().default(64),
  /** How far in our future an event may lie before it is marked, in ms. */
  futureMs: z
    .int()
    .positive()
    .default(24 * 60 * 60 * 1000),
});
export type AdmissionLimits = Readonly<z.infer<typeof AdmissionLimits>>;

export const defaultAdmissionLimits: AdmissionLimits = AdmissionLimits.parse({});
