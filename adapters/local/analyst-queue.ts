import { LakeQueryError, LakeQueryTooLarge, type QueryPage } from "#core/kernel/ports.ts";
import type { AnalystChild, ChildEars, ChildEnd } from "./analyst-child.ts";
import type { FromAnalyst } from "./analyst-messages.ts";
import { Asking, type Question } from "./analyst-question.ts";
import type { DamagedFile } from "./lake-damage.ts";
import { TOO_LARGE } from "./lake-query.ts";

export interface QueueLimits {
  /** How many questions are asked at once. */
  readonly atOnce: number;
  /** How long the process is kept when nobody asks, in ms. */
  readonly idleMs: number;
  /** How long after its time a statement is given to end, before its process is ended, in ms. */
  readonly graceMs: number;
  /** A process with more than that resident once its questions are answered is not kept: the next has need of it. */
  readonly keptBytes: number;
}

interface Child {
  readonly process: AnalystChild;
  isReady: boolean;
  /** How many questions it was asked. */
  asked: number;
}

/** A process that cannot start so many times in a row will not. */
const MAX_STARTS = 3;

/**
 * Questions and the process that answers them: started with the first, ended when none came for a while. Where it dies,
 * whoever is known to be the cause is told, and the others are asked again, each alone; who then dies alone is the cause.
 */
export class AnalystQueue {
  readonly #start: (ears: ChildEars) => AnalystChild;
  readonly #limits: QueueLimits;
  readonly #waiting: Asking[] = [];
  readonly #running = new Map<number, Asking>();
  readonly #going = new Set<Promise<void>>();
  #child: Child | undefined;
  #failedStarts = 0;
  #late: Asking | undefined;
  #idle: NodeJS.Timeout | undefined;
  #damaged: readonly DamagedFile[] = [];
  #isClosed = false;
  #nextId = 1;

  constructor(start: (ears: ChildEars) => AnalystChild, limits: QueueLimits) {
    this.#start = start;
    this.#limits = limits;
  }

  ask(question: Question): Promise<QueryPage> {
    const asking = new Asking(this.#nextId++, question);
    this.#waiting.push(asking);
    this.#pump();
    return asking.answer;
  }

  /** Files of the lake that cannot be read, as of the last answer. */
  get damaged(): readonly DamagedFile[] {
    return this.#damaged;
  }

  /** Resolves once no process is left. Who waits for an answer is told that there will be none. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stop();
    for (const asking of [...this.#running.values(), ...this.#waiting.splice(0)]) asking.fail(closed());
    this.#running.clear();
    await Promise.all(this.#going);
  }

  #pump(): void {
    if (this.#isClosed) {
      for (const asking of this.#waiting.splice(0)) asking.fail(closed());
      return;
    }
    if (this.#waiting.length === 0) return;
    clearTimeout(this.#idle);
    const child = this.#child ?? this.#begin();
    for (;;) {
      const [next] = this.#waiting;
      if (!child.isReady || next === undefined || !this.#mayRun(next)) return;
      this.#waiting.shift();
      this.#running.set(next.id, next);
      child.asked++;
      child.process.say(next.begin(this.#limits.graceMs, () => this.#endLate(next)));
    }
  }

  #mayRun({ isAlone }: Asking): boolean {
    const running = [...this.#running.values()];
    if (running.length === 0) return true;
    return !isAlone && running.length < this.#limits.atOnce && running.every((other) => !other.isAlone);
  }

  #begin(): Child {
    const process = this.#start({
      heard: (told) => this.#child === child && this.#hear(told),
      ended: (end) => this.#child === child && this.#end(end),
    });
    const child: Child = { process, isReady: false, asked: 0 };
    this.#child = child;
    this.#going.add(process.gone);
    void process.gone.finally(() => this.#going.delete(process.gone));
    return child;
  }

  #hear(told: FromAnalyst): void {
    if (told.kind === "ready") this.#ready();
    else if (told.kind === "unable") this.#giveUp(told.message);
    else if (told.kind === "page") void this.#take(told.id, told.rows);
    else this.#settle(told);
  }

  #settle(told: Extract<FromAnalyst, { readonly kind: "answered" | "refused" }>): void {
    const asking = this.#running.get(told.id);
    this.#running.delete(told.id);
    this.#damaged = told.damaged;
    asking?.hear(told);
    this.#rest(told.residentBytes);
    this.#pump();
  }

  #ready(): void {
    if (this.#child !== undefined) this.#child.isReady = true;
    this.#failedStarts = 0;
    this.#pump();
  }

  async #take(id: number, rows: Uint8Array): Promise<void> {
    const asking = this.#running.get(id);
    const isKept = (await asking?.take(rows)) === true;
    if (this.#running.get(id) === asking) this.#child?.process.say({ kind: "taken", id, isKept });
  }

  /** When nobody is being answered: an engine that took much does not give all of it back. */
  #rest(residentBytes: number): void {
    if (this.#running.size > 0) return;
    if (residentBytes > this.#limits.keptBytes) this.#stop();
    else if (this.#waiting.length === 0) this.#idle = setTimeout(() => this.#stop(), this.#limits.idleMs);
  }

  #stop(): void {
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = undefined;
    child?.process.kill();
  }

  #endLate(asking: Asking): void {
    this.#late = asking;
    this.#child?.process.kill();
  }

  /** The process died. */
  #end(end: ChildEnd): void {
    const [child, late] = [this.#child, this.#late];
    const ran = [...this.#running.values()];
    this.#child = undefined;
    this.#late = undefined;
    this.#running.clear();
    if (child?.isReady !== true && ++this.#failedStarts >= MAX_STARTS) this.#giveUp(end.how);
    for (const asking of ran.reverse()) {
      if (asking === late) asking.failLate();
      else if (late === undefined && isCause(asking, child, end)) asking.fail(causeOf(end));
      else {
        asking.again();
        this.#waiting.unshift(asking);
      }
    }
    this.#pump();
  }

  #giveUp(why: string): void {
    this.#stop();
    this.#failedStarts = 0;
    const error = new Error(`the process that answers questions cannot start: ${why}`);
    for (const asking of this.#waiting.splice(0)) asking.fail(error);
  }
}

/** What another statement left in the process may have been too much for this one: it is the cause where it had it new. */
const isCause = (asking: Asking, child: Child | undefined, { kind }: ChildEnd): boolean =>
  kind === "large" ? child?.asked === 1 : asking.isAlone;

const causeOf = ({ kind, how }: ChildEnd): LakeQueryError =>
  kind === "large" ? new LakeQueryTooLarge(TOO_LARGE) : new LakeQueryError(`${GAVE_WAY} (${how})`);

const closed = (): Error => new Error("the lake was closed before the question was answered");

const GAVE_WAY =
  "the engine gave way twice over this statement; part it into simpler ones, and report it as a fault of ours if it is simple";
