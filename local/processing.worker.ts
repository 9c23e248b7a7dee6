import { parentPort, workerData } from "node:worker_threads";
import { troubleReport } from "#lambdas/middleware/trouble-report.ts";
import { openDataFolder } from "./data-folder.ts";
import { rulesOf } from "./identity/rules-file.ts";
import { letOthersGoFirst } from "./let-others-go-first.ts";
import { startProcessing } from "./processing.ts";

/** What the main thread asks of the processing thread. */
export type ProcessingRequest =
  | { readonly kind: "wake" }
  | { readonly kind: "rules" }
  | { readonly kind: "settle" | "stop"; readonly id: number };
export interface ProcessingReply {
  readonly id: number;
  readonly error?: string;
}

const { root } = workerData as { readonly root: string };
const port = parentPort;
if (port === null) throw new Error("this module is the processing thread; start it as a worker");
letOthersGoFirst();
const folder = openDataFolder(root);
const processing = startProcessing({
  folder,
  rules: () => rulesOf(folder),
  clock: Date.now,
  onSetAside: (error, what) => process.stderr.write(`${JSON.stringify(troubleReport(error, `set aside: ${what}`))}\n`),
});
// An unhandled rejection ends the thread, and the main thread hears of it: better than looking alive.
processing.ended.catch((error: unknown) => {
  throw error;
});

const reply = (id: number, error?: string): void =>
  port.postMessage({ id, ...(error === undefined ? {} : { error }) } satisfies ProcessingReply);

port.on("message", (request: ProcessingRequest) => {
  if (request.kind === "wake") return processing.wake();
  if (request.kind === "rules") return processing.useRules();
  const asked = request.kind === "settle" ? processing.settle() : processing.stop();
  asked
    .then(
      () => reply(request.id),
      (error: unknown) => reply(request.id, String(error)),
    )
    .finally(() => {
      // Nothing keeps the thread alive any more once its port is closed.
      if (request.kind === "stop") port.close();
    });
});
