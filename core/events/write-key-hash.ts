import { wholeDigest } from "#core/kernel/digest.ts";

/** What a source keeps of a write key (`Source.keyHashes`). */
export const writeKeyHash = (writeKey: string): string => wholeDigest(writeKey);
