import { isJsonObject, type JsonObject } from "#core/kernel/json.ts";

type Query = Readonly<Record<string, string | undefined>>;

/**
 * The event that a pixel's address carries: `data` as JSON in base64 (Segment), else one member for each parameter, where
 * dots lead into objects: `properties.sku=7` (RudderStack). A `properties` that is JSON text is taken for what it says.
 * What cannot be read is the text itself, so that it is kept as it stood.
 */
export function pixelEvent(query: Query): unknown {
  if (query.data !== undefined) return decoded(query.data);
  const event: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && !KEYS.has(name)) put(event, name.split(".", MAX_STEPS), value);
  }
  for (const member of OBJECTS) {
    const written = event[member];
    if (typeof written === "string") event[member] = objectIn(written) ?? written;
  }
  return event;
}

const KEYS: ReadonlySet<string> = new Set(["writeKey", "writekey"]);
const OBJECTS = ["properties", "traits", "context"] as const;
const MAX_STEPS = 8;

function decoded(data: string): unknown {
  // A plus sign in a query reads as a space; in base64 it is a digit.
  const text = Buffer.from(data.replaceAll(" ", "+"), "base64").toString("utf8");
  return objectIn(text) ?? data;
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // Not JSON: whoever asked keeps the text.
  }
}

/** Puts a value where its path leads. Defined, not assigned: a sender may call a member `__proto__`. */
function put(into: Record<string, unknown>, [name = "", ...rest]: readonly string[], value: string): void {
  const there: unknown = Object.hasOwn(into, name) ? into[name] : undefined;
  if (rest.length > 0 && isJsonObject(there)) {
    put(there, rest, value);
    return;
  }
  const made: Record<string, unknown> = {};
  if (rest.length > 0) put(made, rest, value);
  const member = { value: rest.length > 0 ? made : value, enumerable: true, configurable: true, writable: true };
  Object.defineProperty(into, name, member);
}
