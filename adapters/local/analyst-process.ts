import { totalmem } from "node:os";
import type { AnalystQuery, PageSize } from "#core/kernel/ports.ts";
import { startAnalystChild } from "./analyst-child.ts";
import { AnalystQueue, type QueueLimits } from "./analyst-queue.ts";
import { pagedIntake, wholeIntake } from "./answer-intake.ts";
import { answerPages } from "./answer-pages.ts";
import type { DamagedFile } from "./lake-damage.ts";
import { checkLakeFolder, type LakeQueryOptions } from "./lake-query.ts";

export interface AnalystProcessOptions extends Partial<Pick<QueueLimits, "idleMs" | "graceMs">> {
  /** How much of the process may be resident, in bytes. */
  readonly residentBytes?: number;
  /** Of its engine. `analystTimeMs` is how long a statement may take. */
  readonly query?: LakeQueryOptions;
  /** Another program, for tests. */
  readonly program?: URL;
}

export interface AnalystProcess {
  /** Athena's dialect: see `athena-statement.ts`. */
  readonly analyst: AnalystQuery;
  /** Files that cannot be read as what they should be, as of the last answer. */
  damaged(): readonly DamagedFile[];
  close(): Promise<void>;
}

const MEGABYTE = 1024 * 1024;
const AT_ONCE = 2;
/** Long enough to think about an answer: the next question is then answered in milliseconds. */
const IDLE_MS = 120_000;
/** A statement is interrupted when its time is over; looking for what changed in the lake may take some of it too. */
const GRACE_MS = 30_000;
const TIME_MS = 30_000;
/** In which pieces an answer travels that is wanted whole. A row has at most what an answer has. */
const PIECE: PageSize = { rows: 5_000, characters: 64_000_000 };
/** What the process may still have of its budget when a question is answered, to be kept for the next. */
const KEPT_SHARE = 0.6;
/** However small the machine is, beside it stands an engine that wants so much for itself. */
const LEAST_BYTES = 384 * MEGABYTE;
const MOST_BYTES = 768 * MEGABYTE;

/**
 * Answers analysts in a process of its own, so that no statement takes more with it than that: started by the first
 * question, behind everything else on the machine, ended when nobody asks, when it takes more memory than it may, when
 * a statement can be ended by nothing else, and with its parent, however that ends. Pages of answers are kept here.
 */
export function openAnalystProcess(lakeDir: string, options: AnalystProcessOptions = {}): AnalystProcess {
  checkLakeFolder(lakeDir);
  const { residentBytes = usualBudget(), query = {} } = options;
  const timeMs = query.analystTimeMs ?? TIME_MS;
  const settings = { lakeDir, residentBytes, query };
  const pages = answerPages(lakeDir);
  const queue = new AnalystQueue((ears) => startAnalystChild(settings, ears, options.program), {
    atOnce: AT_ONCE,
    idleMs: options.idleMs ?? IDLE_MS,
    graceMs: options.graceMs ?? GRACE_MS,
    keptBytes: residentBytes * KEPT_SHARE,
  });
  return {
    analyst: {
      query: (sql, { page, timeMs: asked = timeMs } = {}) =>
        queue.ask({
          sql,
          page: page ?? PIECE,
          timeMs: Math.min(asked, timeMs),
          intake: () => (page === undefined ? wholeIntake() : pagedIntake(pages)),
        }),
      next: (cursor) => pages.page(cursor),
    },
    damaged: () => queue.damaged,
    close: async () => {
      await queue.close();
      pages.close();
    },
  };
}

/** A quarter of the machine, or of the part of it that the system gives us, within bounds. */
function usualBudget(): number {
  const constrained = process.constrainedMemory();
  const machine = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.min(MOST_BYTES, Math.max(LEAST_BYTES, machine / 4));
}
