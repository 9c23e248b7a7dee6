import type { JsonObject } from "#core/kernel/json.ts";
import { compareText } from "#core/kernel/order.ts";
import { inferSchema } from "./infer-schema.ts";
import { PLANNED_TYPES, type PlannedType, type TrackingPlan } from "./tracking-plan.ts";

/** An event that came in, as far as a plan speaks of it. */
export interface EventSample {
  readonly type: string;
  readonly name: string;
  readonly properties: JsonObject;
  readonly traits: JsonObject;
}

const MOST_EVENTS = 1_000;
const MOST_OF_NAME = 200;

const isPlannedType = (type: string): type is PlannedType => (PLANNED_TYPES as readonly string[]).includes(type);

/**
 * A draft: a plan that every one of these events keeps to, for a person to go over. The events most often seen first
 * where there are more than a plan holds; then by type and name. `undefined` where there is nothing to plan.
 */
export function inferPlan(name: string, samples: readonly EventSample[]): TrackingPlan | undefined {
  const planned = samples.filter(
    ({ type, name: event }) => isPlannedType(type) && event.length <= MOST_OF_NAME && event !== "",
  );
  const groups = [...Map.groupBy(planned, ({ type, name: event }) => `${type} ${event}`)];
  const chosen = groups
    .sort(([x, xs], [y, ys]) => ys.length - xs.length || compareText(x, y))
    .slice(0, MOST_EVENTS)
    .sort(([x], [y]) => compareText(x, y));
  if (chosen.length === 0) return undefined;
  return { name, unplannedEvents: "report", events: chosen.map(([, events]) => inferEvent(events)) };
}

function inferEvent(samples: readonly EventSample[]): TrackingPlan["events"][number] {
  const [{ type, name } = { type: "track", name: "" }] = samples;
  const isPerson = type === "identify" || type === "group";
  const schema = inferSchema(samples.map(({ properties, traits }) => (isPerson ? traits : properties)));
  return { type: type as PlannedType, name, version: 1, schema: schema as TrackingPlan["events"][number]["schema"] };
}
