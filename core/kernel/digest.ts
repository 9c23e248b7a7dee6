import { hash, timingSafeEqual } from "node:crypto";

/**
 * The first 128 bits of SHA-256 as 22 characters of base64url: short enough for a key, long enough that two of a
 * billion things collide with odds below 1e-20. A digest is a pure function, which is why core may call it.
 */
export const digest = (text: string): string => hash("sha256", text, "base64url").slice(0, 22);

/** Parts joined so that no two different lists of parts give the same text, then digested. */
export const digestOf = (...parts: readonly string[]): string => digest(JSON.stringify(parts));

/** All of SHA-256 in base64url: for secrets, of which nobody may find another with the same digest. */
export const wholeDigest = (text: string): string => hash("sha256", text, "base64url");

/** Whether two digests are the same, in a time that does not tell how far they agree. */
export const isSameDigest = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
