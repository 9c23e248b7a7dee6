import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PreparedRequest } from "#bench/load/prepared-request.ts";

/** The management API's token, as the server keeps it in its data folder for whoever owns that. */
export function tokenIn(data: string): string {
  const { token } = JSON.parse(readFileSync(join(data, "credentials.json"), "utf8")) as { readonly token: string };
  return token;
}

/** A question to the management API as it goes over the wire. */
export function apiRequest(path: string, token: string): PreparedRequest {
  const head = [`GET ${path} HTTP/1.1`, "host: 127.0.0.1", `authorization: Bearer ${token}`];
  return { bytes: Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body: "", events: 0 };
}
