import { wholeDigest } from "#core/kernel/digest.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { WriteKey } from "./source.ts";

/** What a source keeps of a write key (`WriteKey.hash`). */
export const writeKeyHash = (writeKey: string): string => wholeDigest(writeKey);

/** A write key as its source keeps it. */
export function keptWriteKey(writeKey: string, createdAt: EpochMs): WriteKey {
  const hash = writeKeyHash(writeKey);
  return { id: hash.slice(0, 10), hash, createdAt };
}
