import * as z from "zod/mini";

const count = (usual: number) => z._default(z.int().check(z.positive()), usual);

/** Segment's limits by default, so that what their clients may send we may receive. Sizes in bytes of JSON text. */
export const AdmissionLimits = z.object({
  eventBytes: count(32 * 1024),
  batchBytes: count(500 * 1024),
  /** Of the context that a batch gives for all of its events: it is written once for each of them. */
  batchContextBytes: count(4 * 1024),
  batchEvents: count(2_500),
  messageIdLength: count(100),
  /** How many lists and objects may stand within each other, in levels. */
  depth: count(64),
  /** How far in our future an event may lie before it is marked, in ms. */
  futureMs: count(24 * 60 * 60 * 1000),
});
export type AdmissionLimits = Readonly<z.infer<typeof AdmissionLimits>>;

export const defaultAdmissionLimits: AdmissionLimits = AdmissionLimits.parse({});
