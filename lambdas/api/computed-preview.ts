import type * as z from "zod";
import type { COMPUTED_TRAIT_ROUTES } from "#contracts/http/computed-traits.ts";
import { Instant } from "#contracts/http/fields.ts";
import { computedSentence } from "#core/computed/computed-sentence.ts";
import { readComputedTrait } from "#core/computed/read-computed-trait.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { isoTime, parseTime } from "#core/kernel/time.ts";
import { omit } from "./omit.ts";
import type { ApiPorts } from "./ports.ts";

type Preview = z.input<(typeof COMPUTED_TRAIT_ROUTES)["previewComputedTrait"]["answer"]>;

type Values = Preview["sample"][number]["computed"];

const SAMPLE = 10;

/** What a trait would come to, in what words and by what query it is measured. */
export async function previewComputed(
  { computed, clock }: ApiPorts,
  sent: Readonly<Record<string, unknown>>,
): Promise<Preview | Rejection> {
  const asked = Instant.optional().safeParse(sent.now);
  if (!asked.success) return rejection("body.invalid", `now: ${asked.error.issues[0]?.message}`);
  const trait = readComputedTrait(omit(sent, "now", "id", "version", "updatedAt", "sentence", "traits"));
  if (isRejection(trait)) return trait;
  const now = (asked.data === undefined ? undefined : parseTime(asked.data)) ?? clock();
  const { people, values, sql } = await computed.sample(trait, now, SAMPLE);
  return {
    count: people,
    sample: [...values].map(([profileId, told]) => ({ profileId, computed: told as Values })),
    sentence: { en: computedSentence(trait, "en"), fr: computedSentence(trait, "fr") },
    sql,
    now: isoTime(now),
  };
}
