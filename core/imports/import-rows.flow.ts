import { type AdmissionLimits, defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import type { Intake } from "#core/events/ports.ts";
import type { Normalise } from "#core/kernel/identifier.ts";
import type { Clock } from "#core/kernel/ports.ts";
import type { FileRow } from "./file-row.ts";
import type { ImportProgress } from "./import-progress.ts";
import type { ImportLedger } from "./ports.ts";
import { type RowContext, rowOutcomes } from "./row-outcomes.flow.ts";
import type { ImportPlan } from "./row-plan.ts";
import { addToTally, type Counted } from "./tally.ts";

export interface ImportPorts {
  readonly intake: Intake;
  readonly ledger: ImportLedger;
  readonly clock: Clock;
}

export interface ImportSettings {
  readonly normalise: Normalise;
  readonly limits?: AdmissionLimits;
  /** Told after each stretch of rows, with what it brought. */
  readonly watch?: (progress: ImportProgress, counted: Counted) => void;
}

/** Rows that become durable together: enough to make a commit cheap, few enough to hold and to repeat. */
const STRETCH = 2_000;

/**
 * Maps rows to events and appends them, from where `begun` says that an earlier run came to. What is appended and not
 * yet in the ledger when the process dies is appended again by the next run, with the same ids. Throws where the
 * reader, the intake or the ledger fails; what was appended until then stays, and so does the ledger's word of it.
 */
export async function importRows(
  rows: AsyncIterable<readonly FileRow[]>,
  plan: ImportPlan,
  begun: ImportProgress,
  ports: ImportPorts,
  settings: ImportSettings,
): Promise<ImportProgress> {
  const context = rowContext(plan, begun, settings);
  let progress = begun;
  for await (const stretch of stretchesOf(rows, begun.rowsDone)) {
    const counted = await rowOutcomes(stretch, context);
    const { events, badEvents } = counted;
    if (events.length + badEvents.length > 0) await ports.intake.append({ events, badEvents });
    const rowsDone = stretch.at(-1)?.number ?? progress.rowsDone;
    progress = { ...progress, rowsDone, tally: addToTally(progress.tally, counted) };
    await ports.ledger.put(progress);
    settings.watch?.(progress, counted);
  }
  progress = { ...progress, finishedAt: ports.clock() };
  await ports.ledger.put(progress);
  return progress;
}

/** Does everything an import does except writing. Stops after `firstRows`, where given. */
export async function rehearseImport(
  rows: AsyncIterable<readonly FileRow[]>,
  plan: ImportPlan,
  begun: ImportProgress,
  settings: ImportSettings,
  firstRows = Number.POSITIVE_INFINITY,
): Promise<ImportProgress> {
  const context = rowContext(plan, begun, settings);
  let progress = begun;
  for await (const stretch of stretchesOf(rows, 0)) {
    const wanted = stretch.slice(0, firstRows - progress.rowsDone);
    const counted = await rowOutcomes(wanted, context);
    const rowsDone = progress.rowsDone + wanted.length;
    progress = { ...progress, rowsDone, tally: addToTally(progress.tally, counted) };
    settings.watch?.(progress, counted);
    if (rowsDone >= firstRows) break;
  }
  return progress;
}

function rowContext(plan: ImportPlan, begun: ImportProgress, settings: ImportSettings): RowContext {
  const { normalise, limits = defaultAdmissionLimits } = settings;
  // Files are from the owner's own systems, and without `sentAt` their times stand as they are.
  const admission = { source: plan.source, trust: "server", receivedAt: begun.startedAt, limits, normalise } as const;
  return { plan, admission, importId: begun.id };
}

/** The rows after `done`, in stretches that do not depend on how the reader cut them. */
async function* stretchesOf(
  batches: AsyncIterable<readonly FileRow[]>,
  done: number,
): AsyncIterable<readonly FileRow[]> {
  let held: readonly FileRow[] = [];
  for await (const batch of batches) {
    const last = batch.at(-1);
    if (last === undefined || last.number <= done) continue;
    held = [...held, ...batch.filter((row) => row.number > done)];
    while (held.length >= STRETCH) {
      yield held.slice(0, STRETCH);
      held = held.slice(STRETCH);
    }
  }
  if (held.length > 0) yield held;
}
