import { COMPUTED_TABLE } from "#contracts/tables.ts";
import { computedMoved } from "#core/computed/computed-moved.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { ComputedMove } from "#core/segments/realtime/react-to-computed.flow.ts";

/** Attributes by name, as the SDK gives them or as a stream's record does. */
export type ComputedItem = Readonly<Record<string, unknown>>;

/** Whether it is of the table of computed traits: no other table's items have its attributes. */
export const isComputedItem = (item: ComputedItem): boolean => Object.hasOwn(item, COMPUTED_TABLE.computed);

/**
 * What a change of an item tells, by what stood there before and after (absent: nothing). A write that changed no value
 * names none. Throws where an item is not one of ours.
 */
export function computedMoveIn(was: ComputedItem | undefined, is: ComputedItem | undefined): ComputedMove {
  const id = textAt(is ?? was ?? {}, COMPUTED_TABLE.partitionKey);
  return { profileId: id as ProfileId, names: computedMoved(valuesIn(was), valuesIn(is)) };
}

const valuesIn = (item: ComputedItem | undefined): JsonObject =>
  item === undefined ? {} : (JSON.parse(textAt(item, COMPUTED_TABLE.computed)) as JsonObject);

function textAt(item: ComputedItem, name: string): string {
  const text = (item[name] as Readonly<Record<string, unknown>> | undefined)?.S;
  if (typeof text !== "string") throw new Error(`an item of the computed traits has no ${name}`);
  return text;
}
