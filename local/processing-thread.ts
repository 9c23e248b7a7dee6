import { Worker } from "node:worker_threads";
import type { DataFolder } from "./data-folder.ts";
import type { Processing } from "./processing.ts";
import type { ProcessingReply, ProcessingRequest } from "./processing.worker.ts";

/**
 * Heap of the thread in MB. What it holds at a time is bounded (`STEP_BYTES`, `FLUSH_SIZE`); without a limit V8 lets
 * garbage of a million events pile up because the machine has room.
 */
const HEAP = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 256 };

/** How often the thread hears that something came in, in ms: one look of its takes everything. */
const NEWS_MS = 20;

/**
 * Processing in a thread of its own, so that whoever sends events never waits for profiles or files. `onDeath` hears
 * if the thread ends by itself: then nothing more is processed, though everything that comes in is still kept.
 */
export function startProcessingThread(folder: DataFolder, onDeath: (error: unknown) => void): Processing {
  const worker = new Worker(new URL("./processing.worker.ts", import.meta.url), {
    workerData: { root: folder.root },
    resourceLimits: HEAP,
  });
  const asked = new Map<number, { readonly done: () => void; readonly failed: (error: unknown) => void }>();
  let nextId = 1;
  let woken = false;
  let death: { readonly error: unknown } | undefined;
  worker.on("message", ({ id, error }: ProcessingReply) => {
    const request = asked.get(id);
    asked.delete(id);
    if (error === undefined) request?.done();
    else request?.failed(new Error(error));
  });
  worker.on("error", (error) => {
    death = { error };
    onDeath(error);
    for (const { failed } of asked.values()) failed(error);
    asked.clear();
  });
  const post = (request: ProcessingRequest): void => worker.postMessage(request);
  const ask = (kind: "settle" | "stop"): Promise<void> =>
    new Promise((done, failed) => {
      if (death !== undefined) return failed(death.error);
      const id = nextId++;
      asked.set(id, { done, failed });
      post({ kind, id });
    });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
  ended.catch(() => {}); // `onDeath` was told.
  return {
    ended,
    wake: () => {
      if (woken) return;
      woken = true;
      post({ kind: "wake" });
      // What comes until then is seen without news: after a look that found something the thread soon looks again.
      setTimeout(() => {
        woken = false;
      }, NEWS_MS).unref();
    },
    useRules: () => post({ kind: "rules" }),
    settle: () => ask("settle"),
    stop: () => ask("stop"),
  };
}
