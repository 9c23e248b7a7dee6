import type { ConsentState } from "#core/consent/consent.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { leavesIn } from "#core/segments/conditions-in.ts";
import type { PersonWithEvidence } from "#core/segments/explain-membership.ts";
import type { EvidenceEvent } from "#core/segments/explained-condition.ts";
import { eventNamesIn } from "#core/segments/measure.ts";
import type { ApiPorts } from "./ports.ts";
import { jsonOf, rowsOf, sqlText, textOf, timeOf } from "./sql-text.ts";

export type PersonInLake = Omit<PersonWithEvidence, "said">;

/** More events that one condition may count are those of a machine; and each is asked about by itself. */
const MOST_EVENTS = 20_000;

/**
 * A person as the lake's views show them, which is how the SQL of segments sees them, with the events that a condition
 * may ask about. `undefined` where the lake has not heard of the person yet.
 */
export async function personInLake(
  ports: ApiPorts,
  profileId: string,
  condition: ResolvedCondition,
): Promise<PersonInLake | undefined | Rejection<"segment.too_much_to_explain">> {
  const is = `profile_id = ${sqlText(profileId)}`;
  const [row] = rowsOf(await ports.lake.query(`SELECT traits, consent FROM profiles WHERE ${is}`));
  if (row === undefined) return undefined;
  const leaves = leavesIn(condition);
  const names = new Set(
    leaves.flatMap((leaf) => {
      if ("event" in leaf) return eventNamesIn(leaf);
      if (!("sequence" in leaf)) return [];
      return [...leaf.sequence, ...(leaf.without === undefined ? [] : [leaf.without])].flatMap(eventNamesIn);
    }),
  );
  const events = names.size === 0 ? [] : await eventsOf(ports, is, [...names]);
  if (events.length > MOST_EVENTS) {
    return rejection(
      "segment.too_much_to_explain",
      `the person has more than ${MOST_EVENTS} events that this segment may count; ask for them with SQL instead`,
    );
  }
  return {
    traits: jsonOf(row.traits) as JsonObject,
    consent: jsonOf(row.consent) as Readonly<Record<string, ConsentState>>,
    computed: leaves.some((leaf) => "computed" in leaf) ? await computedOf(ports, is) : {},
    lists: leaves.some((leaf) => "list" in leaf) ? await listsOf(ports, is) : new Set<string>(),
    events,
  };
}

async function eventsOf({ lake }: ApiPorts, is: string, names: readonly string[]): Promise<readonly EvidenceEvent[]> {
  const result = await lake.query(`
    SELECT source, message_id, event, event_time, properties FROM events
    WHERE ${is} AND event IN (${names.map(sqlText).join(", ")}) LIMIT ${MOST_EVENTS + 1}`);
  return rowsOf(result).map((row) => ({
    name: textOf(row.event),
    at: Date.parse(timeOf(row.event_time)),
    properties: jsonOf(row.properties) as JsonObject,
    source: textOf(row.source),
    messageId: textOf(row.message_id),
  }));
}

async function computedOf({ lake }: ApiPorts, is: string): Promise<JsonObject> {
  const [row] = rowsOf(await lake.query(`SELECT computed FROM computed_traits WHERE ${is}`));
  return jsonOf(row?.computed) as JsonObject;
}

async function listsOf({ lake }: ApiPorts, is: string): Promise<ReadonlySet<string>> {
  const result = await lake.query(`SELECT list_id FROM list_people WHERE ${is}`);
  return new Set(rowsOf(result).map((row) => textOf(row.list_id)));
}
