import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./benchmark.ts";
import { BENCHMARKS, type BenchmarkName, NAMES } from "./benchmarks.ts";
import { conduct } from "./conduct.ts";
import { type Found, numbersPage } from "./numbers-page.ts";
import { BENCH_HELP, type BenchOptions, readBenchOptions } from "./options.ts";
import { plainSection } from "./plain-section.ts";
import { progressLine } from "./progress-line.ts";
import { type Soaked, soak } from "./soak.ts";
import { soakPage } from "./soak-page.ts";
import { targetsLine } from "./words.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const PAGE = "docs/numbers.md";
const SOAK_PAGE = "docs/soak.md";
/** The whole run's, in seconds: what was begun by then is ended by force. */
const LIMIT = { full: 995, quick: 85 };
const MACHINE = { cores: availableParallelism(), node: process.version };

const OUT_OF_TIME: Outcome = { kind: "failed", reason: "no time was left for it" };

/** The share of the time left that the first of these may take. */
function shareOf([name, ...others]: readonly BenchmarkName[], quick: boolean): number {
  const secondsOf = (each: BenchmarkName): number => BENCHMARKS[each][quick ? "quickSeconds" : "seconds"];
  if (name === undefined) return 0;
  return secondsOf(name) / others.reduce((sum, other) => sum + secondsOf(other), secondsOf(name));
}

async function runAll({ only, quick, json }: BenchOptions, signal: AbortSignal): Promise<readonly Found[]> {
  // Beside the repository's other caches, not among the system's temporary files: those may not be on a disk.
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, ".cache/bench-"));
  const line = progressLine(process.stderr);
  const endsAt = performance.now() + (quick ? LIMIT.quick : LIMIT.full) * 1_000;
  const found: Found[] = [];
  try {
    for (const [nth, name] of only.entries()) {
      if (signal.aborted) break;
      const place = `${nth + 1}/${only.length} ${name}`;
      line.show(place);
      const progress = (text: string): void => line.show(`${place}: ${text}`);
      const limitMs = endsAt - performance.now();
      const outcome = await (limitMs > 0
        ? conduct(name, {
            quick,
            folder,
            limitMs,
            roundsMs: limitMs * shareOf(only.slice(nth), quick),
            signal,
            progress,
          })
        : OUT_OF_TIME);
      line.clear();
      found.push({ name, outcome });
      if (!json) process.stdout.write(`${plainSection(BENCHMARKS[name].title, outcome)}\n`);
    }
    return found;
  } finally {
    line.clear();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function soakOnce(minutes: number): Promise<Soaked> {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, ".cache/soak-"));
  const line = progressLine(process.stderr);
  try {
    return await soak(folder, minutes, (text) => line.show(text));
  } finally {
    line.clear();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(args: readonly string[]): Promise<number> {
  const options = readBenchOptions(args);
  if (typeof options === "string") {
    process.stderr.write(`${options}\nSee npm run bench -- --help\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(BENCH_HELP);
    return 0;
  }
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => interrupted.abort());
  if (options.soakMinutes !== undefined) {
    writeFileSync(join(ROOT, SOAK_PAGE), soakPage(await soakOnce(options.soakMinutes), MACHINE));
    process.stderr.write(`Wrote ${SOAK_PAGE}.\n`);
    return 0;
  }
  const found = await runAll(options, interrupted.signal);
  if (options.json) process.stdout.write(`${JSON.stringify({ machine: MACHINE, found })}\n`);
  if (interrupted.signal.aborted) return 130;
  // What failed stands on the page as failed: a page that waits for a run without fault tells of code long gone.
  const whole = isWhole(options);
  if (whole) writeFileSync(join(ROOT, PAGE), numbersPage(found, MACHINE));
  process.stderr.write(`${targetsLine(found.map(({ outcome }) => outcome))}\n`);
  process.stderr.write(whole ? `Wrote ${PAGE}.\n` : `${PAGE} stays as it was: not the whole run.\n`);
  return found.some(({ outcome }) => outcome.kind === "failed") ? 1 : 0;
}

const isWhole = ({ quick, only }: BenchOptions): boolean => !quick && only.length === NAMES.length;

process.exitCode = await main(process.argv.slice(2));
