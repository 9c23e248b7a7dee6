import { setImmediate as turn } from "node:timers/promises";
import { openInbox } from "#adapters/local/inbox.ts";
import { type Held, holdAlone } from "#adapters/local/single-holder.ts";
import { FLUSH_SIZE, openProcessor, type Processor, type ProcessorPorts, STEP_BYTES } from "./processor.ts";
import { openProgressReader, type ProgressReader } from "./progress-reader.ts";
import { Settlers } from "./settlers.ts";

/** Processing that goes on by itself until it is stopped. */
export interface Processing {
  /** Says that something came in, so that nobody waits for the next look. */
  wake(): void;
  /** Resolves once everything that came in before the call is in the profiles and in lake files. */
  settle(): Promise<void>;
  /** Says that the folder's rules of identity changed: they hold from the next step on. */
  useRules(): void;
  /** Absorbs what is there, writes it to the lake, and lets go of the folder. */
  stop(): Promise<void>;
  /** Rejects if processing breaks off by itself: nothing more is processed then. Resolves once it was stopped. */
  readonly ended: Promise<void>;
}

/** How long lines may wait for company before they are written to a file, in ms. */
const FLUSH_MS = 2_000;
/**
 * How long to wait for company after everything there was absorbed, in ms and in times of what absorbing it took: a
 * transaction and a look at profiles for each single event would cost several times what the event itself does. Few
 * events are soon done with, and the next few wait hardly at all; many wait for the most. Nobody who waits for processing
 * waits for this.
 */
const GATHER = { most: 25, least: 2, times: 5 };
/** How often to look for what other processes brought, and for a folder that another process processes, in ms. */
const LOOK_MS = 50;

export function startProcessing(ports: ProcessorPorts): Processing {
  const inbox = openInbox(ports.folder.inbox);
  const progress = openProgressReader(ports.folder.profiles);
  const work = new Work(ports, progress);
  const ended = work.run().then(
    () => work.settlers.fail(new Error("processing was stopped")),
    (error: unknown) => {
      work.settlers.fail(error);
      throw error;
    },
  );
  return {
    ended,
    wake: () => work.wake(),
    useRules: () => work.useRules(),
    settle: () => {
      const settled = work.settlers.wait(inbox.newest());
      work.hurry();
      return settled;
    },
    stop: async () => {
      work.stop();
      await ended;
      inbox.close();
      progress.close();
    },
  };
}

const gatheringMs = (took: number): number => Math.min(GATHER.most, Math.max(GATHER.least, GATHER.times * took));

/** The loop: look, absorb, write, answer who waits, rest. */
class Work {
  readonly settlers = new Settlers();
  readonly #ports: ProcessorPorts;
  readonly #progress: ProgressReader;
  #stopping = false;
  #endRest: () => void = () => {};
  #heedsNews = true;
  #hasNewRules = false;
  #writing: Promise<void> = Promise.resolve();
  /** Merging small files follows a write, and nobody waits for it but the next write. */
  #tidying: Promise<void> = Promise.resolve();
  #mayTidy = true;

  constructor(ports: ProcessorPorts, progress: ProgressReader) {
    this.#ports = ports;
    this.#progress = progress;
  }

  wake(): void {
    if (this.#heedsNews) this.#endRest();
  }

  /** Ends every rest: somebody waits. */
  hurry(): void {
    this.#endRest();
  }

  useRules(): void {
    this.#hasNewRules = true;
    this.hurry();
  }

  stop(): void {
    this.#stopping = true;
    this.hurry();
  }

  async run(): Promise<void> {
    const held = await this.#hold();
    if (held === undefined) return;
    try {
      const processor = await openProcessor(this.#ports);
      try {
        await this.#process(processor);
      } finally {
        await processor.close();
      }
    } finally {
      held.release();
    }
  }

  /** The folder, for us alone. While another process processes it, ours waits: it may have to take over at any moment. */
  async #hold(): Promise<Held | undefined> {
    for (;;) {
      const held = holdAlone(this.#ports.folder.processorLock);
      if (held !== undefined) return held;
      this.#answer();
      if (this.#stopping) return undefined;
      await this.#rest(LOOK_MS, true);
    }
  }

  async #process(processor: Processor): Promise<void> {
    for (;;) {
      if (this.#hasNewRules) {
        this.#hasNewRules = false;
        await processor.useRules();
      }
      const began = performance.now();
      const taken = await processor.step();
      const gathering = gatheringMs(performance.now() - began);
      // What is not reached before the end is taken over at the next start.
      const retold = this.#stopping ? 0 : await processor.retell();
      if (this.#isTimeToWrite(processor)) await this.#write(processor);
      if (this.settlers.any) {
        await this.#writing;
        this.#answer();
      }
      if (taken + retold > 0) {
        const isHurried = taken >= STEP_BYTES || retold > 0 || this.settlers.any || this.#stopping;
        await (isHurried ? turn() : this.#rest(gathering, false));
        continue;
      }
      if (this.#stopping) break;
      this.#tidy(processor);
      if (!this.settlers.any) await this.#rest(LOOK_MS, true);
    }
    await this.#tidying;
    await processor.flush();
    this.#answer();
  }

  #isTimeToWrite(processor: Processor): boolean {
    const { entries, size, ms } = processor.waiting();
    if (size >= FLUSH_SIZE || processor.isRetold()) return true;
    return entries > 0 && (ms >= FLUSH_MS || this.settlers.isDue(processor.absorbed()));
  }

  /** Begins a write and goes on: the next stretch is absorbed while files are made. */
  async #write(processor: Processor): Promise<void> {
    await this.#tidying;
    this.#writing = processor.flush();
    this.#writing.catch(() => {}); // Awaited, with its error, before the next write and at the end.
    this.#tidying = this.#writing;
    this.#mayTidy = true;
  }

  /** Merges small files while there is nothing else to do: beside absorbing, never beside writing. */
  #tidy(processor: Processor): void {
    if (!this.#mayTidy) return;
    this.#mayTidy = false;
    this.#tidying = this.#tidying.then(async () => {
      this.#mayTidy = await processor.compact();
    });
    this.#tidying.catch(() => {}); // Awaited, with its error, before the next write and at the end.
  }

  #answer(): void {
    this.settlers.answer(() => this.#progress.written());
  }

  #rest(ms: number, heedsNews: boolean): Promise<void> {
    this.#heedsNews = heedsNews;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
