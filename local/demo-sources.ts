import { SourceSettings } from "#core/events/source-settings.ts";
import type { ReadyPlan } from "./installed-plans.ts";
import type { InstalledSource } from "./installed-sources.ts";

export const DEMO_PLANS: readonly ReadyPlan[] = ["ecommerce"];
/** Told, and nothing else: a demonstration loses nothing. */
const plan = { id: "ecommerce", mode: "report" } as const;

/** Where the demonstration shop's events come from. */
export const DEMO_SOURCES: readonly InstalledSource[] = [
  {
    id: "site",
    settings: SourceSettings.parse({
      name: "Web shop",
      kind: "browser",
      // Only the shop's own pages may send: the key can be read in each of them.
      allowedOrigins: ["https://maison-tilleul.example", "https://*.maison-tilleul.example"],
      ipPolicy: "truncated",
      plan,
    }),
  },
  { id: "till", settings: SourceSettings.parse({ name: "Shop tills", kind: "server", plan }) },
  { id: "newsletter", settings: SourceSettings.parse({ name: "Newsletter", kind: "partner" }) },
  { id: "crm", settings: SourceSettings.parse({ name: "CRM export", kind: "server" }) },
  { id: "support", settings: SourceSettings.parse({ name: "Support desk", kind: "partner" }) },
];
