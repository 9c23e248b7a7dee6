import { type ChildProcess, fork } from "node:child_process";
import { rm } from "node:fs/promises";
import { setPriority } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { AnalystSettings, FromAnalyst, ToAnalyst } from "./analyst-messages.ts";
import { spillFolderOf } from "./spill-folder.ts";

/** How a process ended that nobody had ended: by its watch, for its memory, or in a way unknown. */
export interface ChildEnd {
  readonly kind: "large" | "unknown";
  readonly how: string;
}

export interface ChildEars {
  heard(told: FromAnalyst): void;
  ended(end: ChildEnd): void;
}

/** A process that answers analysts, seen from its parent. */
export interface AnalystChild {
  say(told: ToAnalyst): void;
  /** Ends it at once: it holds nothing that is not made again. */
  kill(): void;
  /** Resolves once it is gone, with all that it left. */
  readonly gone: Promise<void>;
}

const PROGRAM = new URL("./analyst.process.ts", import.meta.url);
const MEGABYTE = 1024 * 1024;

/**
 * Of Node's own. The heap ends where the watch ends the process: sooner, that would be said in thirty lines of the
 * engine's. And the translator is compiled once, not ever better: that took four hundred megabytes, for a
 * statement here and there.
 */
const flags = ({ residentBytes }: Pick<AnalystSettings, "residentBytes">): string[] => [
  "--max-semi-space-size=4",
  `--max-old-space-size=${Math.ceil(residentBytes / MEGABYTE)}`,
  "--liftoff-only",
];

/** Below what takes events in and answers pages, as systems count it: 0 is usual, 19 is last. Windows: below normal. */
const PRIORITY = 7;

export function startAnalystChild(
  settings: Omit<AnalystSettings, "parentPid">,
  ears: ChildEars,
  program: URL = PROGRAM,
): AnalystChild {
  const asked: AnalystSettings = { ...settings, parentPid: process.pid };
  const child = fork(fileURLToPath(program), [JSON.stringify(asked)], {
    execArgv: flags(settings),
    serialization: "advanced",
    // Its diagnostics are ours; what it says is on the channel, and why its watch ended it on a pipe of its own.
    stdio: ["ignore", "ignore", "inherit", "ipc", "pipe"],
  });
  goBehind(child);
  child.on("message", (told) => ears.heard(told as FromAnalyst));
  const end = endOf(child);
  return {
    // What is said to a process that has just died is answered by its end.
    say: (told) => void child.send(told, () => {}),
    kill: () => void child.kill("SIGKILL"),
    gone: end.then(async (how) => {
      const spill = join(settings.lakeDir, spillFolderOf(child.pid ?? 0));
      // What could not be removed is removed by the next one: see `removeDeadSpills`.
      await rm(spill, { recursive: true, force: true }).catch(() => {});
      ears.ended(how);
    }),
  };
}

function endOf(child: ChildProcess): Promise<ChildEnd> {
  let word = "";
  const pipe = child.stdio[4] as Readable | null | undefined;
  pipe?.setEncoding("utf8").on("data", (text: string) => {
    word += text;
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ kind: "unknown", how: error.message }));
    // Later than `exit`: by then the last word was heard.
    child.once("close", (code, signal) => {
      resolve({ kind: word.startsWith("large") ? "large" : "unknown", how: signal ?? `exit code ${code}` });
    });
  });
}

/** Whatever threads it starts will have the priority it has now. */
function goBehind({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, PRIORITY);
  } catch (error) {
    // It is gone already, and its end will tell; or the system does not let us, and nothing but courtesy is lost.
    if (!["ESRCH", "EACCES", "EPERM"].includes(codeOf(error))) throw error;
  }
}

const codeOf = (error: unknown): string => (error as { readonly info?: { readonly code?: string } }).info?.code ?? "";
