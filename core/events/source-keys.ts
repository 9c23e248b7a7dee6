import { isSameDigest } from "#core/kernel/digest.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { MOST_KEYS, type Source, type WriteKey } from "./source.ts";

/** A source with one key more, the newest first; the old one stays good until it is revoked. */
export function withKey(source: Source, key: WriteKey): Source | Rejection<"source.two_keys"> {
  if (source.keys.length >= MOST_KEYS) {
    const ids = source.keys.map(({ id }) => id).join(" and ");
    return rejection(
      "source.two_keys",
      `it has two keys already, ${ids}, the newest first: revoke the one that nobody sends with any more`,
    );
  }
  return { ...source, keys: [key, ...source.keys] };
}

/** A source without one of its keys. Its last goes only while it is switched off: nothing is then lost by accident. */
export function withoutKey(
  source: Source,
  keyId: string,
): Source | Rejection<"source.key_not_found" | "source.last_key"> {
  const keys = source.keys.filter(({ id }) => id !== keyId);
  if (keys.length === source.keys.length) {
    const ids = source.keys.map(({ id }) => id).join(" and ") || "none";
    return rejection("source.key_not_found", `the source has no key of this id; it has ${ids}`);
  }
  if (keys.length === 0 && source.enabled) {
    return rejection(
      "source.last_key",
      "it is the source's only key: make another and move its senders over first, or switch the source off (enabled: false)",
    );
  }
  return { ...source, keys };
}

/** Whether the digest is that of one of the source's keys; see `writeKeyHash`. */
export const hasKey = ({ keys }: Pick<Source, "keys">, keyHash: string): boolean =>
  keys.some(({ hash }) => isSameDigest(hash, keyHash));
