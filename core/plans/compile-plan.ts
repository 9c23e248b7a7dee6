import type { Problem } from "#core/events/bad-event.ts";
import type { PlanCheck, PlannedContent, PlanVerdict } from "#core/events/plan-check.ts";
import { isJsonObject, type JsonObject } from "#core/kernel/json.ts";
import { shortened, UNPLANNED } from "./explain-violation.ts";
import { type PropertyShape, propertyShape, withoutUnplanned } from "./property-shape.ts";
import { resolveSchema } from "./resolve-schema.ts";
import { type SchemaCheck, schemaCheck } from "./schema-check.ts";
import type { PlannedEvent, TrackingPlan } from "./tracking-plan.ts";

/** The most that is kept of one event: the rest says little more. */
const MOST_PROBLEMS = 20;

const PLANNED: PlanVerdict = { status: "planned", problems: [] };

/**
 * Makes a plan ready to be asked. Each event's schema is compiled when the first such event comes: most sources send
 * few of a plan's events.
 *
 * An event *violates* the plan where its schema does not take it. What a schema does not list although it lists
 * properties is *unplanned*: it is told, and left out where that is asked for, but nothing is refused for it unless
 * the schema says `additionalProperties: false`. A plan speaks only of the types it has events of.
 */
export function compilePlan(plan: TrackingPlan): PlanCheck {
  const types = new Set(plan.events.map(({ type }) => type as PlannedContent["type"]));
  const known = new Map([...Map.groupBy(plan.events, keyOf)].map(([key, events]) => [key, versionsOf(events, plan)]));
  const person = known.get("identify identify");
  return (content) => {
    const verdict = types.has(content.type) ? judged(content, known.get(keyOf(content)), plan) : PLANNED;
    // What a plan says of a person's traits holds wherever they are sent.
    const { traits } = content.context;
    if (person === undefined || !isJsonObject(traits)) return verdict;
    return withTraits(verdict, content.context, traits, person.highest());
  };
}

const keyOf = ({ type, name }: { readonly type: string; readonly name: string }): string => `${type} ${name}`;

/** One version of an event, compiled. */
interface Held {
  readonly check: SchemaCheck;
  readonly shape: PropertyShape | undefined;
}

interface Versions {
  readonly numbers: readonly number[];
  readonly highest: () => Held;
  readonly of: (version: number) => Held | undefined;
}

function versionsOf(events: readonly PlannedEvent[], plan: TrackingPlan): Versions {
  const held = new Map<number, Held>();
  const byNumber = new Map(events.map((event) => [event.version, event]));
  const numbers = [...byNumber.keys()].sort((x, y) => x - y);
  const of = (version: number): Held | undefined => {
    const event = byNumber.get(version);
    const known = held.get(version) ?? (event && compileEvent(event, plan));
    if (known !== undefined) held.set(version, known);
    return known;
  };
  const highest = numbers.at(-1) ?? 0;
  return { numbers, of, highest: () => of(highest) ?? ANYTHING };
}

const ANYTHING: Held = { check: () => [], shape: undefined };

function compileEvent({ name, schema: written }: PlannedEvent, plan: TrackingPlan): Held {
  const { schema, problems } = resolveSchema(written, plan.definitions);
  // What is stored was read by `readTrackingPlan`, which lets no such schema in.
  if (problems.length > 0) throw new Error(`the plan's schema of ${name} is none: ${JSON.stringify(problems[0])}`);
  return { check: schemaCheck(schema), shape: propertyShape(schema) };
}

function judged(content: PlannedContent, versions: Versions | undefined, plan: TrackingPlan): PlanVerdict {
  if (versions === undefined) {
    if (plan.unplannedEvents === "allow") return PLANNED;
    return {
      status: "unplanned",
      problems: [{ path: "event", message: `${shortened(content.name)} is ${UNPLANNED}` }],
    };
  }
  const stated = statedVersion(content.context);
  const held = (stated === undefined ? undefined : versions.of(stated)) ?? versions.highest();
  const isKnown = stated === undefined || versions.numbers.includes(stated);
  const part = content.type === "identify" || content.type === "group" ? "traits" : "properties";
  const value = content[part];
  const violations = held.check(value);
  const unplanned: string[] = [];
  const { shape } = held;
  const kept = shape === undefined ? value : withoutUnplanned(value, shape, (path) => void unplanned.push(path));
  if (violations.length === 0 && unplanned.length === 0 && isKnown) return PLANNED;
  const names = new Set(unplanned.map(shortened));
  // What a closed schema does not take is unplanned, and said once.
  const others = violations.filter(({ path, message }) => message !== UNPLANNED || !names.has(path));
  const all = [...(isKnown ? [] : [unknownVersion(versions)]), ...others, ...[...names].map(notPlanned)];
  return {
    status: violations.length === 0 && isKnown ? "planned" : "violating",
    problems: atMost(all.map((problem) => (problem.path.startsWith("context.") ? problem : below(part, problem)))),
    ...(kept === value ? {} : { [part]: kept }),
  };
}

function withTraits(verdict: PlanVerdict, context: JsonObject, traits: JsonObject, { shape }: Held): PlanVerdict {
  if (shape === undefined) return verdict;
  const unplanned: string[] = [];
  const kept = withoutUnplanned(traits, shape, (path) => void unplanned.push(path));
  if (kept === traits) return verdict;
  const told = unplanned.map((path) => below("context.traits", notPlanned(shortened(path))));
  return { ...verdict, problems: atMost([...verdict.problems, ...told]), context: { ...context, traits: kept } };
}

const notPlanned = (path: string): Problem => ({ path, message: UNPLANNED });

const below = (part: string, { path, message }: Problem): Problem => ({
  path: path === "" ? part : `${part}.${path}`,
  message,
});

const unknownVersion = ({ numbers }: Versions): Problem => ({
  path: "context.protocols.event_version",
  message: `one of ${numbers.join(", ")} is expected`,
});

function atMost(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MOST_PROBLEMS) return problems;
  return [...problems.slice(0, MOST_PROBLEMS - 1), { path: "", message: "and more" }];
}

/** Which version a sender means: Segment's clients say it in `context.protocols.event_version`. */
function statedVersion({ protocols }: JsonObject): number | undefined {
  const stated = isJsonObject(protocols) ? protocols.event_version : undefined;
  if (typeof stated === "number") return stated;
  return typeof stated === "string" && /^\d{1,7}$/.test(stated) ? Number(stated) : undefined;
}
