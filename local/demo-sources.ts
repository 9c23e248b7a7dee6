import type { InstalledSource } from "./installed-sources.ts";

/** Where the demonstration shop's events come from. */
export const DEMO_SOURCES: readonly InstalledSource[] = [
  { id: "site", name: "Web shop", trust: "browser" },
  { id: "till", name: "Shop tills", trust: "server" },
  { id: "newsletter", name: "Newsletter", trust: "server" },
  { id: "crm", name: "CRM export", trust: "server" },
  { id: "support", name: "Support desk", trust: "server" },
];
