import type { Problem } from "#core/events/bad-event.ts";
import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { resolveSchema } from "./resolve-schema.ts";
import { schemaCheck } from "./schema-check.ts";
import { type PlannedEvent, TrackingPlan } from "./tracking-plan.ts";

export type PlanRejection = Rejection<"tracking_plan.bad_definition" | "tracking_plan.bad_schema">;

/** The most of one message: who mends a plan reads the first problems, and asks again. */
const MOST_TOLD = 5;

/**
 * Makes a plan of JSON (or YAML) from outside, or says what is wrong with it and where:
 * `events.3.schema.properties.total.type: …`.
 */
export function readTrackingPlan(sent: unknown): TrackingPlan | PlanRejection {
  const read = TrackingPlan.safeParse(named(sent));
  if (!read.success) {
    const told = read.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
    return refusal("tracking_plan.bad_definition", told);
  }
  const plan = read.data;
  const misnamed = plan.events.flatMap(misnaming);
  const repeated = repetitions(plan.events);
  if (misnamed.length + repeated.length > 0) {
    return refusal("tracking_plan.bad_definition", [...misnamed, ...repeated]);
  }
  const faulty = plan.events.flatMap((event, nth) => schemaProblems(event, nth, plan.definitions));
  return faulty.length > 0 ? refusal("tracking_plan.bad_schema", faulty) : plan;
}

/** Events of all types but one need no name: they have only one. */
function named(sent: unknown): unknown {
  if (!isJsonObject(sent) || !Array.isArray(sent.events)) return sent;
  const events = (sent.events as readonly Json[]).map((event) => {
    const isPlain = isJsonObject(event) && event.name === undefined && typeof event.type === "string";
    return isPlain && event.type !== "track" ? { ...event, name: event.type } : event;
  });
  return { ...sent, events };
}

function misnaming({ type, name }: PlannedEvent, nth: number): readonly Problem[] {
  if (type === "track" || name === type) return [];
  const message = `events of type ${type} have no other name than ${type}; leave it out`;
  return [{ path: `events.${nth}.name`, message }];
}

function repetitions(events: readonly PlannedEvent[]): readonly Problem[] {
  const seen = new Set<string>();
  return events.flatMap(({ type, name, version }, nth) => {
    const key = JSON.stringify([type, name, version]);
    if (seen.has(key)) return [{ path: `events.${nth}`, message: `version ${version} of ${name} stands here twice` }];
    seen.add(key);
    return [];
  });
}

function schemaProblems(event: PlannedEvent, nth: number, shared: JsonObject | undefined): readonly Problem[] {
  const { schema, problems } = resolveSchema(event.schema, shared);
  const at = (path: string): string =>
    path.startsWith("definitions.") && shared !== undefined && Object.hasOwn(shared, path.split(".")[1] ?? "")
      ? path
      : [`events.${nth}.schema`, path].filter(Boolean).join(".");
  if (problems.length > 0) return problems.map(({ path, message }) => ({ path: at(path), message }));
  try {
    schemaCheck(schema);
    return [];
  } catch (error) {
    // The library's own words: it knows of contradictions that are not looked for here.
    return [{ path: `events.${nth}.schema`, message: (error as Error).message }];
  }
}

function refusal(code: PlanRejection["code"], problems: readonly Problem[]): PlanRejection {
  const unique = [...new Set(problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)))];
  const more = unique.length > MOST_TOLD ? `; and ${unique.length - MOST_TOLD} more` : "";
  return rejection(code, `${unique.slice(0, MOST_TOLD).join("; ")}${more}`);
}
