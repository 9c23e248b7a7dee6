import { DefinitionId } from "#contracts/http/fields.ts";
import type { TRACKING_PLAN_ROUTES } from "#contracts/http/tracking-plans.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { compilePlan } from "#core/plans/compile-plan.ts";
import { readTrackingPlan } from "#core/plans/read-tracking-plan.ts";
import type { Acts } from "./act.ts";
import { create, flat, get, replace } from "./defined-things.ts";
import { inferred } from "./infer-tracking-plan.ts";
import { omit } from "./omit.ts";
import { violationsOf } from "./plan-violations.ts";
import type { ApiPorts } from "./ports.ts";

const KIND = "tracking_plan";

export const trackingPlanActs: Acts<typeof TRACKING_PLAN_ROUTES> = {
  listTrackingPlans: async ({ trackingPlans }) => ({ trackingPlans: (await trackingPlans.list()).map(flat) }),
  createTrackingPlan: async ({ trackingPlans }, { body }) => {
    const id = body.id === undefined ? undefined : DefinitionId.safeParse(body.id).data;
    if (body.id !== undefined && id === undefined) {
      return rejection("definition.bad_id", "id: lower-case letters, digits, - and _, at most 64, are expected");
    }
    const plan = readBody(body);
    if (isRejection(plan)) return plan;
    const stored = await create(trackingPlans, KIND, plan, id);
    return isRejection(stored) ? stored : flat(stored);
  },
  getTrackingPlan: async ({ trackingPlans }, { target }) => {
    const found = await get(trackingPlans, KIND, target);
    return isRejection(found) ? found : flat(found);
  },
  replaceTrackingPlan: async ({ trackingPlans }, { target, body, ifMatch }) => {
    const definition = readBody(body);
    if (isRejection(definition)) return definition;
    const named = typeof body.version === "number" && Number.isSafeInteger(body.version) ? body.version : undefined;
    const stored = await replace(trackingPlans, KIND, target, { definition, version: ifMatch ?? named });
    return isRejection(stored) ? stored : flat(stored);
  },
  deleteTrackingPlan: async (ports, { target }) => {
    const users = await heldTo(ports, target);
    if (users.length > 0) {
      const named = users.slice(0, 10).join(", ");
      return rejection("tracking_plan.in_use", `sources are held to it: ${named}; take it from them first`);
    }
    return (await ports.trackingPlans.delete(target))
      ? { id: target, deleted: true }
      : rejection("tracking_plan.not_found", "there is no tracking plan of this id");
  },
  trackingPlanViolations: async (ports, { target, query }) => {
    const found = await get(ports.trackingPlans, KIND, target);
    return isRejection(found) ? found : violationsOf(ports, await heldTo(ports, target), query);
  },
  checkTrackingPlan: async ({ trackingPlans }, { target, body }) => {
    const found = await get(trackingPlans, KIND, target);
    if (isRejection(found)) return found;
    const { type, event, properties, traits, context } = body;
    const name = type === "track" ? (event ?? "") : type;
    const content = { type, name, properties, traits, context };
    const { status, problems, ...without } = compilePlan(found.definition)(content);
    return { status, problems, omitted: { properties, traits, context, ...without } };
  },
  inferTrackingPlan: (ports, { body }) => inferred(ports, body),
};

const readBody = (body: Readonly<Record<string, unknown>>): ReturnType<typeof readTrackingPlan> | Rejection =>
  readTrackingPlan(omit(body, "id", "version", "updatedAt"));

/** The sources that are held to a plan now. */
async function heldTo({ sources }: ApiPorts, planId: string): Promise<readonly string[]> {
  const all = await sources.list();
  return all.filter(({ definition }) => definition.plan?.id === planId).map(({ id }) => id);
}
