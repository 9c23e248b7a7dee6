import { digestOf } from "#core/kernel/digest.ts";
import type { Campaign, Treatment } from "./campaign.ts";

/** Where a profile falls in a campaign's draw. */
export type Assignment = { readonly kind: "held_out" } | { readonly kind: "treated"; readonly treatment: Treatment };

/**
 * Draws by a keyed hash of the profile's id: the same person falls the same way in every run, on every machine, in any
 * order, and keeps falling so for as long as the id leads (a merge keeps the elder's). Two draws, so that who is held
 * out says nothing about who gets which treatment.
 */
export function assign(campaignId: string, campaign: Campaign, profileId: string): Assignment {
  const salt = campaign.salt ?? campaignId;
  if (draw("holdout", salt, profileId) < campaign.holdoutPercent / 100) return { kind: "held_out" };
  return { kind: "treated", treatment: treatmentAt(campaign.treatments, draw("treatment", salt, profileId)) };
}

/** A number in [0, 1), uniform over ids. 48 bits of the digest, which a double holds exactly. */
const draw = (what: string, salt: string, profileId: string): number =>
  Buffer.from(digestOf(what, salt, profileId), "base64url").readUIntBE(0, 6) / 2 ** 48;

function treatmentAt(treatments: readonly Treatment[], share: number): Treatment {
  const total = treatments.reduce((sum, { weight }) => sum + weight, 0);
  let reached = 0;
  for (const treatment of treatments) {
    reached += treatment.weight / total;
    if (share < reached) return treatment;
  }
  // Rounding can leave the sum of shares a little below 1.
  const last = treatments.at(-1);
  if (last === undefined) throw new Error("a campaign has at least one treatment");
  return last;
}
