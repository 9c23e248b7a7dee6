import { isbot } from "isbot";
import UAParser from "ua-parser-js";
import type { JsonObject } from "#core/kernel/json.ts";

/** What a user agent gives away, under the names that `context` uses; a member is missing where it says nothing. */
export interface AgentFacts {
  readonly isBot: boolean;
  /** `desktop`, `mobile`, `tablet`, `smarttv`, `console`, `wearable`, `embedded`; missing for bots. */
  readonly deviceType?: string;
  readonly os?: JsonObject;
  readonly browser?: JsonObject;
}

/** Reads a user agent, by ua-parser-js and isbot. */
export function agentFacts(userAgent: string): AgentFacts {
  const known = facts.get(userAgent);
  if (known !== undefined) return known;
  if (facts.size >= REMEMBERED_AGENTS) facts.clear();
  const read = readAgent(userAgent);
  facts.set(userAgent, read);
  return read;
}

// A batch comes from one device, a shop's visitors from a few hundred kinds. What is remembered can be forgotten
// without changing an answer.
const facts = new Map<string, AgentFacts>();
const REMEMBERED_AGENTS = 2_000;

function readAgent(userAgent: string): AgentFacts {
  if (isbot(userAgent)) return { isBot: true };
  const { browser, device, os } = UAParser(userAgent);
  const deviceType = device.type ?? (os.name === undefined ? undefined : "desktop");
  return {
    isBot: false,
    ...(deviceType === undefined ? {} : { deviceType }),
    ...named("os", os),
    ...named("browser", browser),
  };
}

const named = (
  member: "os" | "browser",
  { name, version }: { readonly name?: string | undefined; readonly version?: string | undefined },
): Partial<AgentFacts> =>
  name === undefined ? {} : { [member]: { name, ...(version === undefined ? {} : { version }) } };
