import type * as z from "zod";
import type { Preview } from "#contracts/http/segments.ts";
import { PRICES } from "#contracts/prices.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { leavesIn } from "#core/segments/conditions-in.ts";
import type { ApiPorts } from "./ports.ts";

const TERABYTE = 1024 ** 4;
/** Athena charges for at least so much of each query. */
const LEAST_BYTES = 10_000_000;

/** What one evaluation of a condition reads, and what Athena asks for that. */
export async function costOf(
  { ofSegments }: ApiPorts,
  condition: ResolvedCondition,
  scannedBytes: number | undefined,
): Promise<z.input<typeof Preview>["cost"]> {
  const bytes = scannedBytes ?? (await ofSegments.columnBytes?.(columnsOf(condition)));
  if (bytes === undefined) return null;
  const usd = (Math.max(bytes, LEAST_BYTES) / TERABYTE) * PRICES.athenaTerabyte;
  return { bytes, usd, by: scannedBytes === undefined ? "columns" : "measured" };
}

const PROFILE = ["profile_id", "gone", "version", "changed_at"];
const EVENT = [
  "source",
  "message_id",
  "identity_key",
  "received_at",
  "position",
  "sent_at",
  "event_time",
  "type",
  "event",
];
const IDENTITY = ["identity_key", "profile_id", "version", "changed_at", "follows_logins"];

/** The columns of tables that the views behind a condition look into. */
function columnsOf(condition: ResolvedCondition): Readonly<Record<string, readonly string[]>> {
  const leaves = leavesIn(condition);
  const has = (kind: string): boolean => leaves.some((leaf) => kind in leaf);
  const events = has("event") || has("sequence");
  return {
    profile_changes: [...PROFILE, ...(has("trait") ? ["traits"] : []), ...(has("consent") ? ["consent"] : [])],
    ...(events && { events_log: eventColumns(leaves.some(readsProperties)) }),
    ...(has("list") && { list_members: ["list_id", "version", "base", "nth", "identity_key", "members", "ends"] }),
    ...(has("computed") && { computed_changes: ["profile_id", "gone", "computed", "run", "changed_at"] }),
    ...((events || has("list")) && { identity_changes: IDENTITY }),
  };
}

/** With what tells an event's copies apart. */
const eventColumns = (properties: boolean): readonly string[] => [...EVENT, ...(properties ? ["properties"] : [])];

/** Whether anything is asked of an event beside its name and time: `where`, or a measure of a property. */
const readsProperties = (leaf: object): boolean => /"(where|of)":/.test(JSON.stringify(leaf));
