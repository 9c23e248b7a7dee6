import { gunzipSync, gzipSync } from "node:zlib";
import { isDeeperThan } from "#core/events/event-size.ts";
import type { Request } from "#test/support/collect-world.ts";
import { CAPTURED } from "./captured-requests.ts";

/** One change to a request. `where` decides where it strikes, `value` what it puts there. */
export type Mutation = (request: Request, where: number, value: unknown) => Request;

type Path = readonly (string | number)[];

/** Every place in a value, as the path to it. */
function places(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, part]) => places(part, [...path, name]))];
}

function replaced(root: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  const copy = Array.isArray(root) ? [...root] : { ...(root as object) };
  const member = replaced((root as Record<string | number, unknown>)[step], rest, value);
  // Defined, not assigned: a value made up before may have a member named `__proto__`.
  Object.defineProperty(copy, step, { value: member, enumerable: true, configurable: true, writable: true });
  return copy;
}

/** A value with something else in one of its places. */
export function withOther(root: unknown, where: number, value: unknown): unknown {
  const all = places(root);
  return replaced(root, all[where % all.length] ?? [], value);
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const bytesOf = ({ body }: Request): Buffer => Buffer.from((body ?? "") as string | Uint8Array);

function parsed(request: Request): unknown {
  const bytes = bytesOf(request);
  try {
    return JSON.parse((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString("utf8"));
  } catch {
    return undefined; // An earlier mutation broke it: there is no place to change.
  }
}

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  value: (request, where, value) => {
    const body = parsed(request);
    // In an abyss there is no walking about.
    return body === undefined || isDeeperThan(body, 100)
      ? request
      : { ...request, body: JSON.stringify(withOther(body, where, value)) };
  },
  cut: (request, where) => {
    const bytes = bytesOf(request);
    const rest = bytes.subarray(0, where % (bytes.length + 1));
    return { ...request, body: request.body instanceof Uint8Array ? rest : rest.toString("utf8") };
  },
  flip: (request, where) => {
    const bytes = Buffer.from(bytesOf(request));
    if (bytes.length > 0) bytes[where % bytes.length] = where >> 8;
    return { ...request, body: bytes };
  },
  gzip: (request) => ({ ...request, body: gzipSync(bytesOf(request)) }),
  bytes: (request, _where, value) => ({ ...request, body: Buffer.from(JSON.stringify(value)) }),
  deep: (request, where) => {
    const levels = where % 30_000;
    return { ...request, body: `{"batch":[${"[".repeat(levels)}${"]".repeat(levels)}]}` };
  },
  method: (request, where) => ({ ...request, method: ["GET", "PUT", "OPTIONS", "HEAD", "PATCH"][where % 5] ?? "GET" }),
  path: (request, where, value) => {
    const path = request.path ?? "";
    const at = where % (path.length + 1);
    return { ...request, path: `${path.slice(0, at)}${textOf(value)}${path.slice(at + 1)}` };
  },
  header: (request, where, value) => {
    const names = ["authorization", "x-write-key", "content-encoding", "content-type", "anonymousid", "sentat", "host"];
    return { ...request, headers: { ...request.headers, [names[where % names.length] ?? "x"]: textOf(value) } };
  },
  keyless: (request) => ({ ...request, headers: {} }),
  route: (request, where) => ({ ...request, path: CAPTURED[where % CAPTURED.length]?.request.path ?? "/" }),
};
