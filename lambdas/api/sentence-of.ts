import type { Condition } from "#core/segments/condition.ts";

export const sentenceOf = (_condition: Condition): { readonly en: string; readonly fr: string } => ({ en: "", fr: "" });
