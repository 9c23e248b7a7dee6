import type { PlanCheck } from "#core/events/plan-check.ts";
import type { Plans } from "#core/events/ports.ts";
import type { Clock, Definitions } from "#core/kernel/ports.ts";
import { MINUTE, SECOND } from "#core/kernel/time.ts";
import { compilePlan } from "./compile-plan.ts";
import type { TrackingPlan } from "./tracking-plan.ts";

/** The longest that a plan may be held to which was changed, in ms. */
const REMEMBERED_MS = MINUTE;
/** A plan that is not there may be made at any moment. */
const MISSED_MS = 5 * SECOND;

interface Remembered {
  readonly check: Promise<PlanCheck | undefined>;
  readonly until: number;
}

interface Compiled {
  readonly version: number;
  readonly updatedAt: number;
  readonly check: PlanCheck;
}

/**
 * Plans as they are defined, ready to be asked. What was looked up is remembered for a minute or less, and a plan that is
 * the same as then stays compiled. There are as many as sources name, so all may be remembered.
 */
export function plansIn(
  definitions: Pick<Definitions<TrackingPlan>, "get">,
  clock: Clock,
  rememberedMs: number = REMEMBERED_MS,
): Plans {
  const remembered = new Map<string, Remembered>();
  const compiled = new Map<string, Compiled>();
  const look = async (id: string): Promise<PlanCheck | undefined> => {
    const found = await definitions.get(id);
    if (found === undefined) return undefined;
    const { version, updatedAt } = found;
    const known = compiled.get(id);
    // A plan that was deleted and made anew has its first version again.
    if (known?.version === version && known.updatedAt === updatedAt) return known.check;
    const check = compilePlan(found.definition);
    compiled.set(id, { version, updatedAt, check });
    return check;
  };
  const ask = (id: string): Promise<PlanCheck | undefined> => {
    const asked = clock();
    const check = look(id);
    remembered.set(id, { check, until: asked + rememberedMs });
    check.then(
      (found) => {
        if (found === undefined) remembered.set(id, { check, until: asked + Math.min(MISSED_MS, rememberedMs) });
      },
      // A failure is no answer, and is not remembered.
      () => remembered.delete(id),
    );
    return check;
  };
  return {
    checkOf: (id) => {
      const known = remembered.get(id);
      return known !== undefined && clock() < known.until ? known.check : ask(id);
    },
  };
}
