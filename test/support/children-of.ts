import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Why processes cannot be looked at here; `undefined` where they can. */
export const NO_PROCESSES = existsSync("/proc/self/stat") ? undefined : "which processes there are is read from /proc";

/** The processes that a process has started, and that live. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => isAlive(each) && statOf(each)?.parent === pid);
}

/** Whether a process runs. One that has ended and that nobody has asked about does not. */
export const isAlive = (pid: number): boolean => ![undefined, "Z", "X"].includes(statOf(pid)?.state);

function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    // The name in parentheses may hold anything; what follows the last of them may not.
    const [state = "", parent] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return { state, parent: Number(parent) };
  } catch (error) {
    // It ended while we looked.
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
