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
const NEWS_MS = 10;

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
  const wake = atMostEvery(NEWS_MS, () => post({ kind: "wake" }));
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
    wake,
    useRules: () => post({ kind: "rules" }),
    settle: () => ask("settle"),
    stop: () => ask("stop"),
  };
}

/** Tells at once, and what comes soon after in one more word at the end of that time: nothing stays untold. */
function atMostEvery(ms: number, tell: () => void): () => void {
  let isQuiet = false;
  let isUntold = false;
  const wake = (): void => {
    isUntold = isQuiet;
    if (isQuiet) return;
    isQuiet = true;
    tell();
    setTimeout(() => {
      isQuiet = false;
      if (isUntold) wake();
    }, ms).unref();
  };
  return wake;
}
