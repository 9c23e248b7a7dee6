import type { Unpacked } from "#core/events/unpack.ts";
import { isJsonObject } from "#core/kernel/json.ts";

/** The parts of a request that may name a write key. Header names are in lower case. */
export interface Asked {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
}

/** One key for the whole request, or that of each event, in their order. */
export type WriteKeys =
  | { readonly kind: "one"; readonly key: string }
  | { readonly kind: "each"; readonly keys: readonly (string | undefined)[] };

/**
 * The write key of a request, looked for where clients put it, in this order: Basic user (with or without the colon);
 * the body's, where a Bearer token vouches for it; `X-Write-Key` (the part before a colon); the query; the body's; each
 * event's own. A Bearer token by itself is taken for the key last of all: where anything else names one, the token is
 * another system's.
 */
export function findWriteKeys(asked: Asked, unpacked: Unpacked): WriteKeys | undefined {
  const token = bearer(asked.headers.authorization);
  const key = [
    basicUser(asked.headers.authorization),
    token === undefined ? undefined : unpacked.writeKey,
    asked.headers["x-write-key"]?.split(":")[0],
    asked.query.writeKey,
    asked.query.writekey,
    unpacked.writeKey,
  ].find(isKey);
  if (key !== undefined) return { kind: "one", key };
  const keys = unpacked.items.map((item) =>
    isJsonObject(item) && typeof item.writeKey === "string" && isKey(item.writeKey) ? item.writeKey : undefined,
  );
  if (keys.some((own) => own !== undefined)) return { kind: "each", keys };
  const last = token?.split(":")[0];
  return isKey(last) ? { kind: "one", key: last } : undefined;
}

const isKey = (key: string | undefined): key is string => key !== undefined && key !== "" && key.length <= 256;

function basicUser(authorization: string | undefined): string | undefined {
  const encoded = /^basic\s+(\S+)$/i.exec(authorization ?? "")?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8").split(":")[0];
}

const bearer = (authorization: string | undefined): string | undefined =>
  /^bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1];
