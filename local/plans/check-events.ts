import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { CheckAsked } from "#contracts/http/tracking-plans.ts";
import type { PlanCheck, PlanStatus } from "#core/events/plan-check.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { addUpViolations, type ViolationGroup } from "#core/plans/add-up-violations.ts";

/** How the events of a file stand to a plan. */
export type Checked = Readonly<Record<PlanStatus, number>> &
  ReturnType<typeof addUpViolations> & { readonly events: number; readonly unreadable: number };

/** Holds the events of a file, one JSON object a line as clients send them, to a plan. Keeps none of them in memory. */
export async function checkEvents(path: string, check: PlanCheck): Promise<Checked | Rejection<"plans.bad_file">> {
  const counts = { planned: 0, unplanned: 0, violating: 0 };
  const groups = new Map<string, ViolationGroup>();
  let line = 0;
  let unreadable = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
      line++;
      if (text.trim() === "") continue;
      const read = CheckAsked.safeParse(readJson(text));
      if (!read.success) {
        unreadable++;
        continue;
      }
      const { type, event = "", properties, traits, context } = read.data;
      const name = type === "track" ? event : type;
      const { status, problems } = check({ type, name, properties, traits, context });
      counts[status]++;
      if (problems.length === 0) continue;
      const key = JSON.stringify([name, problems]);
      const sample = { id: `line ${line}`, source: path, receivedAt: "", refused: false };
      const count = (groups.get(key)?.count ?? 0) + 1;
      groups.set(key, { event: name, isUnplanned: status === "unplanned", problems, count, sample });
    }
  } catch (error) {
    return rejection("plans.bad_file", `${path} cannot be read: ${(error as Error).message}`);
  }
  const events = counts.planned + counts.unplanned + counts.violating;
  return { events, unreadable, ...counts, ...addUpViolations([...groups.values()]) };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Counted as unreadable.
  }
}
