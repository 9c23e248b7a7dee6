import type { Outcome } from "./benchmark.ts";
import { BENCHMARKS, isBenchmark } from "./benchmarks.ts";

/** What this process tells the one that started it. */
export type Told =
  | { readonly kind: "progress"; readonly text: string }
  | { readonly kind: "outcome"; readonly outcome: Outcome };

const tell = (told: Told): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) throw new Error("npm run bench starts this");
    process.send(told, () => resolve());
  });

/** Runs one benchmark: each has a process of its own, so that none runs in what another left behind. */
async function outcomeOf(name: string, folder: string, quick: boolean, roundsMs: number): Promise<Outcome> {
  if (!isBenchmark(name)) throw new Error(`no benchmark is called ${name}`);
  const { run } = BENCHMARKS[name];
  const until = performance.now() + roundsMs;
  const progress = (text: string): void => void tell({ kind: "progress", text });
  try {
    const found = await run({ quick, folder, until, progress });
    return "skipped" in found ? { kind: "skipped", reason: found.skipped } : { kind: "measured", section: found };
  } catch (error) {
    return { kind: "failed", reason: (error as Error).message };
  }
}

// Whoever started this died: nobody waits for the outcome, and the servers that were started end with us.
process.on("disconnect", () => process.exit(1));
const [name = "", folder = "", kind = "", roundsMs = ""] = process.argv.slice(2);
await tell({ kind: "outcome", outcome: await outcomeOf(name, folder, kind === "quick", Number(roundsMs)) });
process.exit(0);
