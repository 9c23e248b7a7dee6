import { setImmediate as turn } from "node:timers/promises";
import { openInbox } from "#adapters/local/inbox.ts";
import { type Held, holdAlone } from "#adapters/local/single-holder.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Clock } from "#core/kernel/ports.ts";
import type { DataFolder } from "./data-folder.ts";
import { FLUSH_SIZE, openProcessor, type Processor } from "./processor.ts";
import { openProgressReader } from "./progress-reader.ts";

/** Processing that goes on by itself until it is stopped. */
export interface Processing {
  /** Says that something came in, so that nobody waits for the next look. */
  wake(): void;
  /** Resolves once everything that came in before the call is in the profiles and in lake files. */
  settle(): Promise<void>;
  /** Absorbs what is there, writes it to the lake, and lets go of the folder. */
  stop(): Promise<void>;
  /** Rejects if processing breaks off by itself: nothing more is processed then. Resolves once it was stopped. */
  readonly ended: Promise<void>;
}

/** How long lines may wait for company before they are written to a file, in ms. */
const FLUSH_MS = 2_000;
/** How often to look for what other processes brought, and for a folder that another process processes, in ms. */
const LOOK_MS = 50;

export function startProcessing(folder: DataFolder, rules: IdentityRules, clock: Clock): Processing {
  const inbox = openInbox(folder.inbox);
  const progress = openProgressReader(folder.profiles);
  const settling: { readonly target: number; readonly done: () => void; readonly failed: (error: unknown) => void }[] =
    [];
  let stopping = false;
  let wakeUp = (): void => {};
  const nap = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const answerSettled = (): void => {
    if (settling.length === 0) return;
    const written = progress.written();
    for (let i = settling.length - 1; i >= 0; i--) {
      if ((settling[i]?.target ?? 0) <= written) settling.splice(i, 1)[0]?.done();
    }
  };

  /** Whether somebody waits for no more than what is absorbed already. */
  const isAwaited = (absorbed: number): boolean => settling.some(({ target }) => target <= absorbed);

  const work = async (): Promise<void> => {
    let held: Held | undefined;
    let processor: Processor | undefined;
    let writing: Promise<void> = Promise.resolve();
    // Merging small files follows a write, and nobody waits for it but the next write.
    let tidying: Promise<void> = writing;
    try {
      for (;;) {
        held ??= holdAlone(folder.processorLock);
        if (held === undefined) {
          // Another process processes this folder; ours may have to take over at any moment.
          answerSettled();
          if (stopping) return;
          await nap();
          continue;
        }
        processor ??= await openProcessor(folder, rules, clock);
        const busy = await processor.step();
        const { entries, size, ms } = processor.waiting();
        if (size >= FLUSH_SIZE || (entries > 0 && (ms >= FLUSH_MS || isAwaited(processor.absorbed())))) {
          await tidying;
          writing = processor.flush();
          tidying = writing.then(processor.compact);
          tidying.catch(() => {}); // Awaited, with its error, before the next write and at the end.
        }
        if (settling.length > 0) {
          await writing;
          answerSettled();
        }
        if (busy) {
          await turn();
          continue;
        }
        if (stopping) break;
        if (settling.length === 0) await nap();
      }
      await tidying;
      await processor.flush();
      answerSettled();
    } finally {
      processor?.close();
      held?.release();
    }
  };

  const ended = work().then(() => {
    for (const { failed } of settling.splice(0)) failed(new Error("processing was stopped"));
  });
  let broken: { readonly error: unknown } | undefined;
  ended.catch((error: unknown) => {
    broken = { error };
    for (const { failed } of settling.splice(0)) failed(error);
  });
  return {
    ended,
    wake: () => wakeUp(),
    settle: () =>
      new Promise((done, failed) => {
        if (broken !== undefined) return failed(broken.error);
        settling.push({ target: inbox.newest(), done, failed });
        wakeUp();
      }),
    stop: async () => {
      stopping = true;
      wakeUp();
      await ended;
      inbox.close();
      progress.close();
    },
  };
}
