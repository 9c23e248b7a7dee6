import type { ComputedTrait, RfmTrait } from "./computed-trait.ts";

/**
 * Recency, frequency and monetary value, with their quintiles among everybody who has such events in the window:
 * what a trait `rfm` named `rfm` puts on the profile.
 *
 * - `rfm_recency`: whole days since the last event, 24 hours each; `rfm_frequency`: how many events; `rfm_monetary`: the
 *   sum of `of`, 0 where no event has a number.
 * - `rfm_r`, `rfm_f`, `rfm_m`: 1 to 5, 5 being the latest, the most, the highest. People are put in order and cut in
 *   five by SQL's `NTILE(5)`: parts of equal size, the first ones (of the lowest) larger by one where it does not divide.
 *   So people with the same figure may fall on both sides of a cut. Who is equal goes by the next figure (recency after
 *   frequency and monetary value; monetary value after recency, then frequency), at last by profile id.
 * - `rfm_score`: the three as text, "545".
 */
export const RFM_PARTS = ["recency", "frequency", "monetary", "r", "f", "m", "score"] as const;
export type RfmPart = (typeof RFM_PARTS)[number];

export const QUINTILES = 5;

export const rfmName = (trait: RfmTrait, part: RfmPart): string => `${trait.name}_${part}`;

/** The names under which a trait's values stand on the profile. */
export const namesOn = (trait: ComputedTrait): readonly string[] =>
  trait.measure === "rfm" ? RFM_PARTS.map((part) => rfmName(trait, part)) : [trait.name];

/** The usual one: orders as Segment's clients name them, and their revenue. */
export const USUAL_RFM: RfmTrait = {
  name: "rfm",
  description: "Recency, frequency and monetary value of orders, with quintiles",
  event: "Order Completed",
  measure: "rfm",
  of: "revenue",
};
