import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Benchmark } from "#bench/benchmark.ts";
import { measureOf, rounds, secondsFor } from "#bench/measure.ts";
import { startServer } from "#bench/subjects/tributary.ts";

/** How long it takes from the command until it serves, on a new data folder. */
export const start: Benchmark = async (context) => {
  const took = await rounds(context, 7, async (nth) => {
    const server = await startServer(join(context.folder, String(nth)));
    await server.stop();
    return server.secondsToReady;
  });
  const node = await secondsFor(async () => {
    await promisify(execFile)(process.execPath, ["--eval", "0"]);
  });
  return {
    figures: [
      {
        what: "start to ready",
        unit: "s",
        measured: measureOf(took),
        limits: [{ what: "Node starting and ending, nothing else", value: node }],
        target: { below: 1.5 },
      },
    ],
    notes: ["From the start of the process to the line that says it serves, each time on a new data folder."],
  };
};
