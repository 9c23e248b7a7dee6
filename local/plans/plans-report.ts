import type * as z from "zod";
import type { Violations } from "#contracts/http/tracking-plans.ts";
import type { TrackingPlan } from "#core/plans/tracking-plan.ts";
import { tableText } from "#local/table-text.ts";
import type { Checked } from "./check-events.ts";

/** A plan as the API shows it. */
export type ShownPlan = TrackingPlan & { readonly id: string; readonly version: number; readonly updatedAt: string };

/** What became, or would become, of one plan of a file. */
export interface Applied {
  readonly id: string;
  readonly done: "created" | "changed" | "unchanged";
}

const text = (name: string) => ({ name, type: "varchar" });

export const listText = (plans: readonly ShownPlan[]): string =>
  tableText({
    columns: ["id", "name", "version", "events", "changed"].map(text),
    rows: plans.map(({ id, name, version, events, updatedAt }) => [id, name, version, events.length, updatedAt]),
  });

export function appliedText(all: readonly Applied[], dryRun: boolean): string {
  const width = Math.max(0, ...all.map(({ id }) => id.length));
  const lines = all.map(({ id, done }) => {
    const what = dryRun && done !== "unchanged" ? `would be ${done}` : done;
    return `${id.padEnd(width)}  ${what}\n`;
  });
  return lines.join("");
}

type Counts = Pick<z.output<typeof Violations>, "violations" | "unplannedEvents">;

function countsText({ violations, unplannedEvents }: Counts): string {
  const wrong = violations.map(({ event, path, problem, count, refused, sample }) => [
    event,
    path,
    problem,
    count,
    refused,
    sample.id,
  ]);
  const unknown = unplannedEvents.map(({ event, count, refused, sample }) => [
    event,
    "",
    "the event is not in the plan",
    count,
    refused,
    sample.id,
  ]);
  return tableText({
    columns: ["event", "path", "problem", "events", "refused", "latest"].map(text),
    rows: [...wrong, ...unknown],
  });
}

export function violationsText(told: z.output<typeof Violations>, id: string): string {
  if (told.sources.length === 0) {
    return `No source is held to ${id}. Say so at a source: plan: { id: ${id}, mode: report }\n`;
  }
  if (told.violations.length + told.unplannedEvents.length === 0) {
    return `Everything of ${told.sources.join(", ")} since ${told.since} is as planned.\n`;
  }
  return countsText(told);
}

export function checkedText(checked: Checked): string {
  const { events, planned, violating, unplanned, unreadable } = checked;
  const counts = `${events} events: ${planned} as planned, ${violating} violating, ${unplanned} not in the plan`;
  const others = unreadable === 0 ? "" : `; ${unreadable} lines are no events`;
  const isClean = checked.violations.length + checked.unplannedEvents.length === 0;
  return `${counts}${others}.\n${isClean ? "" : countsText({ ...mutable(checked) })}`;
}

const mutable = ({ violations, unplannedEvents }: Checked): Counts => ({
  violations: [...violations],
  unplannedEvents: [...unplannedEvents],
});
