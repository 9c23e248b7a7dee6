import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./benchmark.ts";
import type { BenchmarkName } from "./benchmarks.ts";
import type { Told } from "./one.process.ts";

const ONE = fileURLToPath(new URL("./one.process.ts", import.meta.url));

export interface Conducted {
  readonly quick: boolean;
  /** A folder for each benchmark's folder. */
  readonly folder: string;
  /** For how long it may begin new rounds, in ms from now. */
  readonly roundsMs: number;
  /** When it is ended by force, in ms from now. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  progress(text: string): void;
}

/** Runs one benchmark in a process of its own to its end, or for as long as it may; then nothing of it is left. */
export async function conduct(name: BenchmarkName, asked: Conducted): Promise<Outcome> {
  const folder = join(asked.folder, name);
  mkdirSync(folder);
  // A group of its own, so that the servers it starts can be ended with it.
  const child = fork(ONE, [name, folder, asked.quick ? "quick" : "full", String(asked.roundsMs)], { detached: true });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let outcome: Outcome = { kind: "failed", reason: "its process ended without a word" };
  child.on("message", (told: Told) => {
    if (told.kind === "progress") asked.progress(told.text);
    else outcome = told.outcome;
  });
  const stop = (reason: string): void => {
    outcome = { kind: "failed", reason };
    endGroup(child);
  };
  const timer = setTimeout(() => stop(`it did not end within ${Math.round(asked.limitMs / 1_000)} s`), asked.limitMs);
  const abort = (): void => stop("it was interrupted");
  asked.signal.addEventListener("abort", abort, { once: true });
  await exited;
  clearTimeout(timer);
  asked.signal.removeEventListener("abort", abort);
  endGroup(child);
  rmSync(folder, { recursive: true, force: true });
  return outcome;
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // ESRCH: everybody in the group has ended already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
