import { isJsonObject } from "#core/kernel/json.ts";
import { resolveSchema } from "./resolve-schema.ts";
import type { PlannedEvent, TrackingPlan } from "./tracking-plan.ts";
import { comment, objectText, typeText } from "./type-text.ts";

interface NamedType {
  readonly event: PlannedEvent;
  readonly typeName: string;
  readonly isHighest: boolean;
}

/**
 * A plan as TypeScript for those who send its events: a type for each version of each event, a map from names of track
 * events to the highest version of each, and a `track` that takes these and no others.
 */
export function planTypes(plan: TrackingPlan): string {
  const types = namedTypes(plan.events);
  const tracks = types.filter(({ event, isHighest }) => event.type === "track" && isHighest);
  const map = tracks.map(({ event, typeName }) => `  ${JSON.stringify(event.name)}: ${typeName};`);
  const heading = comment(`${plan.name}. Made of a tracking plan; change the plan and make it anew.`, "");
  return [
    heading.trimEnd(),
    ...types.map((type) => declaration(type, plan)),
    `/** Track events by name, with their properties. */\nexport interface TrackEvents {\n${map.join("\n")}\n}`,
    TYPED_TRACK,
  ].join("\n\n");
}

function declaration({ event, typeName }: NamedType, plan: TrackingPlan): string {
  const { schema } = resolveSchema(event.schema, plan.definitions);
  const what = event.type === "track" ? event.name : `The ${partOf(event)} of ${event.type} calls`;
  const said = event.description === undefined ? what : `${what}: ${event.description}`;
  const isPlain =
    isJsonObject(schema) && ["allOf", "anyOf", "oneOf", "enum", "const"].every((name) => !(name in schema));
  const isObject = isPlain && (schema.type === "object" || schema.type === undefined);
  const body = isObject ? objectText(schema, "") : typeText(schema);
  return isObject && body.startsWith("{")
    ? `${comment(said, "")}export interface ${typeName} ${body}`
    : `${comment(said, "")}export type ${typeName} = ${body};`;
}

const partOf = ({ type }: PlannedEvent): string => (type === "identify" || type === "group" ? "traits" : "properties");

/** `Order Completed` → `OrderCompleted`; of its second version `OrderCompletedV2`; what is taken already gets a number. */
function namedTypes(events: readonly PlannedEvent[]): readonly NamedType[] {
  const taken = new Set(["TrackEvents", "PlannedTrack"]);
  const highest = new Map<string, number>();
  for (const { type, name, version } of events) {
    const key = `${type} ${name}`;
    highest.set(key, Math.max(version, highest.get(key) ?? 0));
  }
  return events.map((event) => {
    const base = `${pascal(event)}${event.version === 1 ? "" : `V${event.version}`}`;
    let typeName = base;
    for (let nth = 2; taken.has(typeName); nth++) typeName = `${base}_${nth}`;
    taken.add(typeName);
    return { event, typeName, isHighest: highest.get(`${event.type} ${event.name}`) === event.version };
  });
}

function pascal(event: PlannedEvent): string {
  const text = event.type === "track" ? event.name : `${event.type} ${partOf(event)}`;
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  const name = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
  return /^\p{L}/u.test(name) ? name : `Event${name}`;
}

const TYPED_TRACK = `type PropertiesOf<Properties> = {} extends Properties ? { properties?: Properties } : { properties: Properties };

/** What a client's \`track\` takes, for the events of the plan alone. */
export type PlannedTrack<Params> = {
  [Name in keyof TrackEvents]: Params extends unknown
    ? Omit<Params, "event" | "properties"> & { event: Name } & PropertiesOf<TrackEvents[Name]>
    : never;
}[keyof TrackEvents];

/** \`const track = plannedTrack(analytics)\`, of @segment/analytics-node or any client with its \`track\`. */
export function plannedTrack<Params extends { event: string }>(client: {
  track(params: Params): unknown;
}): (params: PlannedTrack<Params>) => void {
  return (params) => void client.track(params as unknown as Params);
}
`;
