import type { Source } from "./source.ts";

/**
 * Whether a page of this origin (the `Origin` header, as browsers write it) may send to a source. Who sends no such
 * header is no page, and is not held to it: origins keep other people's sites out, never a program that lies.
 */
export function allowsOrigin({ allowedOrigins }: Pick<Source, "allowedOrigins">, origin: string | undefined): boolean {
  if (allowedOrigins === undefined || origin === undefined) return true;
  return allowedOrigins.some((allowed) => isOf(origin, allowed));
}

/** `https://*.shop.example` is every host below `shop.example`, at any depth, and not `shop.example` itself. */
function isOf(origin: string, allowed: string): boolean {
  const star = allowed.indexOf("*");
  if (star < 0) return origin === allowed;
  const [before, after] = [allowed.slice(0, star), allowed.slice(star + 1)];
  if (!origin.startsWith(before) || !origin.endsWith(after)) return false;
  return HOST_PARTS.test(origin.slice(before.length, origin.length - after.length));
}

const HOST_PARTS = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/;
