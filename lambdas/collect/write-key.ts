import type { Unpacked } from "#core/events/unpack.ts";
import { isJsonObject } from "#core/kernel/json.ts";

/** The parts of a request that may name a write key. Header names are in lower case. */
interface Asked {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
}

/**
 * The write key of a request, looked for where clients put it, in this order: Basic user (with or without the colon),
 * `X-Write-Key`, the query, the body, a Bearer token, the first event. A Bearer token comes after the body's key,
 * because clients that send both mean the body's.
 */
export function findWriteKey(asked: Asked, unpacked: Unpacked): string | undefined {
  const [first] = unpacked.items;
  const perEvent = isJsonObject(first) && typeof first.writeKey === "string" ? first.writeKey : undefined;
  return [
    basicUser(asked.headers.authorization),
    asked.headers["x-write-key"]?.split(":")[0],
    asked.query.writeKey ?? asked.query.writekey,
    unpacked.writeKey,
    bearer(asked.headers.authorization),
    perEvent,
  ].find((key) => key !== undefined && key !== "" && key.length <= 256);
}

function basicUser(authorization: string | undefined): string | undefined {
  const encoded = /^basic\s+(\S+)$/i.exec(authorization ?? "")?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8").split(":")[0];
}

const bearer = (authorization: string | undefined): string | undefined =>
  /^bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1];
