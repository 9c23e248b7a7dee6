/** Attribute names of the DynamoDB tables: what adapters read and write, and what templates declare. */
export const PROFILES_TABLE = {
  partitionKey: "k",
  /** Version of what stands there, a number: the condition of every write. */
  version: "v",
  /** Where the component is kept, if this is a pointer. */
  pointer: "p",
  /** The component: JSON, deflated (`adapters/aws/component-item.ts`). */
  component: "c",
  /** What is packed in the component, as bytes. */
  packed: "e",
  /** The same deflated with the first dictionary: read, and written under `component` with the next change. */
  firstComponent: "d",
} as const;

export const SOURCES_TABLE = {
  /** SHA-256 of a write key, base64url. */
  partitionKey: "keyHash",
  /** The source as JSON. */
  source: "source",
} as const;

/** How much of its limit each limited source has used up: what instances of the collector share. */
export const RATES_TABLE = {
  /** The source's id and its limit. */
  partitionKey: "bucket",
  /** When the bucket will be full again if nobody takes of it: µs since the epoch. */
  fullAt: "fullAt",
  /** Epoch seconds after which DynamoDB forgets the row: a bucket that is full says nothing. */
  expiresAt: "expiresAt",
} as const;

export const DEFINITIONS_TABLE = {
  /** `segment`, `campaign`… */
  partitionKey: "kind",
  sortKey: "id",
  version: "version",
  updatedAt: "updatedAt",
  definition: "definition",
} as const;

/** The ledger of messages: written before the provider is called, so that nobody is written to twice. */
export const MESSAGES_TABLE = {
  partitionKey: "messageId",
  /** `planned`, `claimed`, `sent`, `failed`, `uncertain`. */
  status: "status",
  /** Epoch milliseconds. */
  claimedAt: "claimedAt",
  /** The claim's own name, and how many claims there were since the message was last free. */
  claimedBy: "claimedBy",
  claims: "claims",
  /** Epoch milliseconds. */
  settledAt: "settledAt",
  reason: "reason",
  providerId: "providerId",
  /** Epoch seconds after which DynamoDB forgets the row. */
  expiresAt: "expiresAt",
} as const;

/** What events make of each profile. */
export const COMPUTED_TABLE = {
  partitionKey: "profileId",
  /** The refresh that wrote it, a number: the condition of every write. */
  run: "run",
  /** The values as JSON. */
  computed: "computed",
} as const;

/** The identifiers of imported lists: under a list's id its links, and each part of one under a key of its own. */
export const LIST_KEYS_TABLE = {
  /** The list's id; of a part with the link's version and the part's number behind it. */
  partitionKey: "l",
  /** A link's version as text, `part` for a part. */
  sortKey: "s",
  /** The link as JSON. */
  link: "i",
  /** The part's keys. */
  keys: "k",
} as const;

/** Who is in which segment. */
export const MEMBERSHIPS_TABLE = {
  partitionKey: "profileId",
  /** Grows by one with each write, a number: the condition of the next. */
  version: "v",
  /** Memberships by segment, as JSON. */
  memberships: "m",
  /** Epoch milliseconds. */
  changedAt: "t",
  /** What the last write changed, as JSON: the stream tells the lake of it. */
  changes: "c",
  /** The index of those who must be looked at again: a shard as text, and epoch milliseconds. Absent for all others. */
  dueIndex: "due",
  dueShard: "s",
  dueAt: "d",
} as const;
