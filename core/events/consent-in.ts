import { isJsonObject, type JsonObject } from "#core/kernel/json.ts";

/**
 * What an event says about consent, by purpose: Segment's `context.consent.categoryPreferences`, or RudderStack's
 * `context.consentManagement` with lists of allowed and denied ids. `undefined` where it says nothing.
 */
export function consentIn(context: JsonObject): Readonly<Record<string, boolean>> | undefined {
  const stated: Record<string, boolean> = {};
  const preferences = isJsonObject(context.consent) ? context.consent.categoryPreferences : undefined;
  if (isJsonObject(preferences)) {
    for (const [purpose, allowed] of Object.entries(preferences)) {
      if (typeof allowed === "boolean") stated[purpose] = allowed;
    }
  }
  const management = context.consentManagement;
  if (isJsonObject(management)) {
    for (const purpose of textsIn(management.allowedConsentIds)) stated[purpose] = true;
    for (const purpose of textsIn(management.deniedConsentIds)) stated[purpose] = false;
  }
  return Object.keys(stated).length === 0 ? undefined : stated;
}

/** Whether a stated consent grants nothing at all. Nothing stated is not denied. */
export function deniesEverything(consent: Readonly<Record<string, boolean>> | undefined): boolean {
  return consent !== undefined && Object.values(consent).every((granted) => !granted);
}

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
