import { join } from "node:path";
import type { Definitions } from "#core/kernel/ports.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import type { TrackingPlan } from "#core/plans/tracking-plan.ts";
import { readPlanFile } from "./plans/plan-files.ts";

/** Plans that come with Tributary: Segment's e-commerce events. */
export type ReadyPlan = "ecommerce";

/** Sees to it that ready plans are defined. One that is there already, changed or not, stays as it is. */
export async function installPlans(definitions: Definitions<TrackingPlan>, ids: readonly ReadyPlan[]): Promise<void> {
  for (const id of ids) {
    if ((await definitions.get(id)) !== undefined) continue;
    const read = await readPlanFile(join(import.meta.dirname, `../plans/${id}.yaml`));
    if (isRejection(read)) throw new Error(read.message);
    await definitions.put(id, read.plan, 0);
  }
}
