import type { Senders } from "#core/events/collect.flow.ts";
import type { Sources } from "#core/events/ports.ts";
import type { Source } from "#core/events/source.ts";
import type { Refusal } from "./answer.ts";
import type { WriteKeys } from "./write-key.ts";

/** Where each event names its own key: how many sources one request may be asked for. */
const MOST_KEYS = 10;

const UNKNOWN: Refusal = { code: "key.unknown", message: "no source has this write key" };
const DISABLED: Refusal = { code: "key.disabled", message: "the source of this write key is switched off" };
export const NO_KEY: Refusal = {
  code: "key.missing",
  message: "no write key; send it as the user of HTTP Basic authentication",
};

/** The source of a key, whether it takes events or not. */
export const sourceOf = async (sources: Sources, key: string): Promise<Source | Refusal> =>
  (await sources.byWriteKey(key)) ?? UNKNOWN;

/** Whose events a request brings, or why nobody's. */
export async function sendersOf(sources: Sources, keys: WriteKeys): Promise<Senders | Refusal> {
  if (keys.kind === "one") return await openSource(sources, keys.key);
  const named = [...new Set(keys.keys.filter((key) => key !== undefined))].slice(0, MOST_KEYS);
  const found = await Promise.all(named.map(async (key) => [key, await openSource(sources, key)] as const));
  const known = new Map(found.flatMap(([key, source]) => (isRefusal(source) ? [] : [[key, source] as const])));
  if (known.size === 0) return found.map(([, refusal]) => refusal).find(isRefusal) ?? UNKNOWN;
  return keys.keys.map((key) => (key === undefined ? undefined : known.get(key)));
}

/** The source of a key, if it takes events. */
export async function openSource(sources: Sources, key: string): Promise<Source | Refusal> {
  const source = await sourceOf(sources, key);
  return isRefusal(source) || source.enabled ? source : DISABLED;
}

export const isRefusal = (value: object): value is Refusal => "code" in value;
