import type * as z from "zod";
import type { Preview } from "#contracts/http/segments.ts";
import { PRICES } from "#contracts/prices.ts";
import type { TableRead } from "#contracts/table-read.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { type ViewRead, viewsRead } from "#core/segments/views-read.ts";
import type { ApiPorts } from "./ports.ts";

const TERABYTE = 1024 ** 4;
/** Athena charges for at least so much of each query. */
const LEAST_BYTES = 10_000_000;

/** What one evaluation of a condition at an instant reads, and what Athena asks for that. */
export async function costOf(
  { ofSegments }: ApiPorts,
  asked: { readonly condition: ResolvedCondition; readonly now: EpochMs },
  scannedBytes: number | undefined,
): Promise<z.input<typeof Preview>["cost"]> {
  const bytes = scannedBytes ?? (await ofSegments.columnBytes?.(tablesRead(viewsRead(asked.condition, asked.now))));
  if (bytes === undefined) return null;
  const usd = (Math.max(bytes, LEAST_BYTES) / TERABYTE) * PRICES.athenaTerabyte;
  return { bytes, usd, by: scannedBytes === undefined ? "columns" : "measured" };
}

/** What a view itself reads of its table, beside what it is asked for: which row of a key counts, and whose it is. */
const BEHIND: Readonly<Record<ViewRead["view"], TableRead>> = {
  profiles: { table: "profile_changes", columns: ["profile_id", "gone", "version", "changed_at", "settled"] },
  events: {
    table: "events_log",
    columns: ["source", "message_id", "identity_key", "received_at", "position", "event_time", "event", "settled"],
  },
  computed_traits: { table: "computed_changes", columns: ["profile_id", "gone", "run", "changed_at"] },
  list_people: {
    table: "list_members",
    columns: ["list_id", "version", "base", "nth", "identity_key", "members", "ends"],
  },
};
const IDENTITY: TableRead = {
  table: "identity_changes",
  columns: ["identity_key", "profile_id", "version", "changed_at", "settled"],
};

/** The columns of tables that the views look into. What is asked of a view and is not in its table costs nothing there. */
function tablesRead(reads: readonly ViewRead[]): readonly TableRead[] {
  const tables = reads.map(({ view, columns, from }): TableRead => {
    const { table, columns: behind } = BEHIND[view];
    return { table, columns: [...new Set([...behind, ...columns])], ...(from === undefined ? {} : { from }) };
  });
  const asksWhose = reads.some(({ view }) => view === "events" || view === "list_people");
  return asksWhose ? [...tables, IDENTITY] : tables;
}
