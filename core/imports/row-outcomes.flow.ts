import { type Admission, admit } from "#core/events/admit.ts";
import { type BadEvent, type BadEventCode, badEvent, type Problem } from "#core/events/bad-event.ts";
import type { Event } from "#core/events/event.ts";
import { digestOf } from "#core/kernel/digest.ts";
import type { FileRow } from "./file-row.ts";
import { type Mapped, mapRow } from "./map-row.flow.ts";
import type { ImportPlan } from "./row-plan.ts";
import type { Counted } from "./tally.ts";

/** What is the same for every row of an import. */
export interface RowContext {
  readonly plan: ImportPlan;
  readonly admission: Admission;
  /** Names the import in the ids of events that have none of their own. */
  readonly importId: string;
}

interface Outcomes {
  readonly events: Event[];
  readonly badEvents: BadEvent[];
  skipped: number;
}

/** Maps and admits a stretch of rows. A row that fails is kept as a bad event and touches no other. */
export async function rowOutcomes(rows: readonly FileRow[], context: RowContext): Promise<Counted> {
  const outcomes: Outcomes = { events: [], badEvents: [], skipped: 0 };
  for (const row of rows) {
    if (row.kind === "broken") {
      const problems = [{ path: "", message: `${row.reason} (line ${row.line})` }];
      outcomes.badEvents.push(badRow("import.bad_row", row, row.text, problems, context));
      continue;
    }
    for (const [position, plan] of context.plan.rows.entries()) {
      const mapping = mapRow(plan, row.value, row.number);
      const mapped = mapping instanceof Promise ? await mapping : mapping;
      take(mapped, row, position, context, outcomes);
    }
  }
  return { rows: rows.length, ...outcomes };
}

function take(
  mapped: Mapped,
  row: Extract<FileRow, { kind: "row" }>,
  position: number,
  context: RowContext,
  outcomes: Outcomes,
): void {
  if (mapped.kind === "skipped") {
    outcomes.skipped++;
    return;
  }
  if (mapped.kind === "bad") {
    const problems = mapped.problems.map(({ path, message }) => ({ path, message: `${message} (line ${row.line})` }));
    outcomes.badEvents.push(badRow("import.bad_mapping", row, JSON.stringify(row.value), problems, context));
    return;
  }
  const messageId = mapped.sent.messageId ?? `row-${digestOf(context.importId, String(row.number), String(position))}`;
  const admitted = admit({ ...mapped.sent, messageId }, { position: row.number, imported: true }, context.admission);
  if (admitted.kind === "event") outcomes.events.push(admitted.event);
  else outcomes.badEvents.push(admitted.badEvent);
}

function badRow(
  code: BadEventCode,
  row: FileRow,
  payload: string,
  problems: readonly Problem[],
  { admission }: RowContext,
): BadEvent {
  return badEvent({
    code,
    problems,
    payload,
    receivedAt: admission.receivedAt,
    source: admission.source,
    position: row.number,
  });
}
