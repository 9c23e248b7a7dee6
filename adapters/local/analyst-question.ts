import {
  LakeQueryError,
  LakeQueryTimeout,
  LakeQueryTooLarge,
  type PageSize,
  type QueryPage,
} from "#core/kernel/ports.ts";
import type { FromAnalyst, ToAnalyst } from "./analyst-messages.ts";
import type { AnswerIntake } from "./answer-intake.ts";

export interface Question {
  readonly sql: string;
  readonly page: PageSize;
  /** How long the engine may take, in ms. */
  readonly timeMs: number;
  /** What takes its answer in; another one each time it is asked. */
  intake(): AnswerIntake;
}

type Heard = Extract<FromAnalyst, { readonly kind: "answered" | "refused" }>;

/** A question on its way to its answer, as often as it must be asked. */
export class Asking {
  readonly id: number;
  /** Another process died while it was asked beside others: now nobody else is to be harmed by it, or to harm it. */
  isAlone = false;
  readonly answer: Promise<QueryPage>;
  readonly #question: Question;
  readonly #settle: { readonly done: (page: QueryPage) => void; readonly failed: (error: unknown) => void };
  #intake: AnswerIntake | undefined;
  #failure: unknown;
  #timer: NodeJS.Timeout | undefined;

  constructor(id: number, question: Question) {
    this.id = id;
    this.#question = question;
    const { promise, resolve, reject } = Promise.withResolvers<QueryPage>();
    this.answer = promise;
    this.#settle = { done: resolve, failed: reject };
  }

  /** Begins, once more perhaps. `late` is called where the engine was told to end, and did not for so many ms. */
  begin(graceMs: number, late: () => void): ToAnalyst {
    const { sql, page, timeMs } = this.#question;
    this.#intake = this.#question.intake();
    this.#failure = undefined;
    this.#timer = setTimeout(late, timeMs + graceMs);
    return { kind: "ask", id: this.id, sql, page, timeMs };
  }

  /** Takes in a page behind the first; answers whether it is kept. */
  async take(rows: Uint8Array): Promise<boolean> {
    try {
      await this.#intake?.add(rows);
      return true;
    } catch (error) {
      this.#failure = error;
      return false;
    }
  }

  hear(told: Heard): void {
    clearTimeout(this.#timer);
    if (told.kind === "refused") this.fail(this.#failure ?? errorOf(told));
    else this.#settle.done((this.#intake as AnswerIntake).done(told));
  }

  fail(error: unknown): void {
    this.#forget();
    this.#settle.failed(error);
  }

  failLate(): void {
    const { timeMs } = this.#question;
    this.fail(new LakeQueryTimeout(`the statement was stopped: it took longer than ${timeMs} ms, and ${SIMPLER}`));
  }

  /** It was innocent of its process's death: it is asked again, with none beside it. */
  again(): void {
    this.#forget();
    this.isAlone = true;
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#intake?.drop().catch(() => {}); // A file without a name is gone with us at the latest.
    this.#intake = undefined;
  }
}

const SIMPLER = "could not be interrupted; ask for fewer days (dt), or part it into simpler statements";

function errorOf({ why, message }: Extract<Heard, { readonly kind: "refused" }>): Error {
  if (why === "late") return new LakeQueryTimeout(message);
  if (why === "large") return new LakeQueryTooLarge(message);
  return why === "refused" ? new LakeQueryError(message) : new Error(message);
}
