import type { Condition } from "#core/segments/condition.ts";
import { segmentsIn } from "#core/segments/resolve-segments.ts";
import { sentence } from "#core/segments/sentence.ts";
import type { ApiPorts } from "./ports.ts";

interface Sentences {
  readonly en: string;
  readonly fr: string;
}

/** A condition in words, in every language there is. Segments it refers to are called by their names. */
export const sentenceOf = (condition: Condition, nameOf?: (id: string) => string | undefined): Sentences => ({
  en: sentence(condition, "en", nameOf),
  fr: sentence(condition, "fr", nameOf),
});

/** The same, where the names must be looked up first: only if the condition refers to any segment. */
export async function namedSentenceOf(
  { segments }: Pick<ApiPorts, "segments">,
  condition: Condition,
): Promise<Sentences> {
  const ids = [...segmentsIn(condition)];
  const found = await Promise.all(ids.map((id) => segments.get(id)));
  return sentenceOf(condition, (id) => found[ids.indexOf(id)]?.definition.name);
}
