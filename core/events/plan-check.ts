import type { JsonObject } from "#core/kernel/json.ts";
import type { Problem } from "./bad-event.ts";
import type { EventType } from "./event.ts";

/** How an event stands to the tracking plan of its source. */
export type PlanStatus = "planned" | "unplanned" | "violating";

/** What a plan is asked about. */
export interface PlannedContent {
  readonly type: EventType;
  readonly name: string;
  readonly properties: JsonObject;
  readonly traits: JsonObject;
  readonly context: JsonObject;
}

export interface PlanVerdict {
  readonly status: PlanStatus;
  /** What the plan did not expect, where; never with a person's values. Empty where all is planned. */
  readonly problems: readonly Problem[];
  /** Without what the plan does not name, where it asks for that. Absent: as they came. */
  readonly properties?: JsonObject;
  readonly traits?: JsonObject;
  /** Likewise, where it carries traits of the person. */
  readonly context?: JsonObject;
}

/** A tracking plan, ready to be asked. Pure. `core/plans` makes one; it stands here because admission comes first. */
export type PlanCheck = (content: PlannedContent) => PlanVerdict;
