import { events } from "#bench/traffic.ts";
import type { JsonObject } from "#core/kernel/json.ts";

/** A request's bytes as they go over the wire, made beforehand: what is measured is the server. */
export interface PreparedRequest {
  readonly bytes: Buffer;
  readonly body: string;
  readonly events: number;
}

/** Requests with so many events each: a single event goes to `/v1/<type>`, several go to `/v1/batch`. */
export function preparedRequests(
  seed: number,
  count: number,
  eventsEach: number,
  writeKey: string,
): readonly PreparedRequest[] {
  const all = events(seed, count * eventsEach);
  return Array.from({ length: count }, (_, nth) => {
    const sent = all.slice(nth * eventsEach, (nth + 1) * eventsEach);
    const [first] = sent;
    if (eventsEach > 1 || first === undefined) return prepared("/v1/batch", { batch: [...sent] }, eventsEach, writeKey);
    return prepared(`/v1/${first.type}`, first, 1, writeKey);
  });
}

function prepared(path: string, content: JsonObject, eventCount: number, writeKey: string): PreparedRequest {
  const body = JSON.stringify(content);
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    `authorization: Basic ${Buffer.from(`${writeKey}:`).toString("base64")}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return { bytes: Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`), body, events: eventCount };
}
