import { en } from "zod/locales";
import * as z from "zod/mini";

// Without it zod's small half says "Invalid input" of everything. Here, because every function reads its settings first.
z.config(en());

/**
 * What each function must be told by its environment: one list per function, filled in by CDK and read back by the
 * function, so that a missing or misspelt key does not compile there and fails at the first start here. Secrets are
 * names of secrets, never values.
 */
const name = z.string().check(z.minLength(1));
const json = z.string().check(z.minLength(2));

export const SETTINGS = {
  collect: z.object({
    SOURCES_TABLE: name,
    DEFINITIONS_TABLE: name,
    RATES_TABLE: name,
    RESOLVE_QUEUE_URL: name,
    EVENTS_LOG_STREAM: name,
    BAD_EVENTS_STREAM: name,
    /** The host of the owner's distribution: what a request says of its viewer is believed where it names that host. */
    COLLECTION_DOMAIN: z.optional(name),
    IDENTITY_RULES: z.optional(json),
  }),
  resolve: z.object({ PROFILES_TABLE: name, IDENTITY_RULES: z.optional(json) }),
  project: z.object({
    IDENTITY_CHANGES_STREAM: name,
    PROFILE_CHANGES_STREAM: name,
    CONSENT_CHANGES_STREAM: name,
    LINK_CHANGES_STREAM: name,
    IDENTITY_RULES: z.optional(json),
    /** Rules that held before these, while the lake is told of the change. */
    IDENTITY_RULES_BEFORE: z.optional(json),
  }),
  api: z.object({
    PROFILES_TABLE: name,
    MEMBERSHIPS_TABLE: name,
    DEFINITIONS_TABLE: name,
    SOURCES_TABLE: name,
    RESOLVE_QUEUE_URL: name,
    EVENTS_LOG_STREAM: name,
    BAD_EVENTS_STREAM: name,
    WORKGROUP: name,
    LAKE_DATABASE: name,
    COMPUTED_TABLE: name,
    COMPUTE_QUEUE_URL: name,
    CAMPAIGN_QUEUE_URL: name,
    SNAPSHOT_QUEUE_URL: name,
    LIST_MEMBERS_STREAM: name,
    LIST_KEYS_TABLE: name,
    /** Where it is said that a list was imported. */
    REACT_QUEUE_URL: name,
    IDENTITY_RULES: z.optional(json),
    /** Rules that held before these, while the lake is told of the change. */
    IDENTITY_RULES_BEFORE: z.optional(json),
  }),
  compute: z.object({
    DEFINITIONS_TABLE: name,
    COMPUTED_TABLE: name,
    WORKGROUP: name,
    LAKE_DATABASE: name,
    /** Its own queue: a refresh that takes longer than one invocation may asks to be gone on with. */
    COMPUTE_QUEUE_URL: name,
    COMPUTED_CHANGES_STREAM: name,
  }),
  /** `STREAMS` is each table's stream, as JSON. */
  redrive: z.object({ LAKE_BUCKET: name, STREAMS: json }),
  compact: z.object({ LAKE_BUCKET: name, LAKE_DATABASE: name, WORKGROUP: name }),
  run_campaign: z.object({
    PROFILES_TABLE: name,
    DEFINITIONS_TABLE: name,
    WORKGROUP: name,
    LAKE_DATABASE: name,
    MESSAGES_TABLE: name,
    SEND_QUEUE_URL: name,
    /** Its own queue: a run that takes longer than one invocation may asks to be gone on with. */
    CAMPAIGN_QUEUE_URL: name,
    MESSAGE_EVENTS_STREAM: name,
    IDENTITY_RULES: z.optional(json),
  }),
  snapshot: z.object({
    DEFINITIONS_TABLE: name,
    WORKGROUP: name,
    LAKE_DATABASE: name,
    /** Where the lists of members lie that were found. */
    SNAPSHOTS_BUCKET: name,
    /** Its own queue: the schedule asks for all segments there, and each is asked for there by itself. */
    SNAPSHOT_QUEUE_URL: name,
    MEMBERSHIPS_TABLE: name,
  }),
  react: z.object({
    PROFILES_TABLE: name,
    MEMBERSHIPS_TABLE: name,
    DEFINITIONS_TABLE: name,
    COMPUTED_TABLE: name,
    LIST_KEYS_TABLE: name,
    SEGMENT_CHANGES_STREAM: name,
    IDENTITY_RULES: z.optional(json),
  }),
  send: z.object({
    MESSAGES_TABLE: name,
    MESSAGE_EVENTS_STREAM: name,
    SENDER_ADDRESS: name,
    CONFIGURATION_SET: name,
    PUSH_APP_ID: z.optional(name),
    /** Where one-click unsubscribing is served; the message's id is put behind it. Without it: by mail only. */
    UNSUBSCRIBE_URL: z.optional(name),
  }),
} as const;

export type FunctionName = keyof typeof SETTINGS;
export type Settings<Name extends FunctionName> = z.infer<(typeof SETTINGS)[Name]>;

/** Reads a function's settings from its environment, or says every one that is missing. */
export function readSettings<Name extends FunctionName>(
  name: Name,
  environment: Readonly<Record<string, string | undefined>>,
): Settings<Name> {
  const read = SETTINGS[name].safeParse(environment);
  if (read.success) return read.data as Settings<Name>;
  const missing = read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`the function ${name} is not set up: ${missing.join("; ")}`);
}
