import { parseArgs } from "node:util";
import { type BenchmarkName, isBenchmark, NAMES } from "./benchmarks.ts";

export interface BenchOptions {
  readonly only: readonly BenchmarkName[];
  readonly quick: boolean;
  readonly json: boolean;
  readonly help: boolean;
  /** For how many minutes to go on at a steady rate, instead of everything else. */
  readonly soakMinutes?: number;
}

export const BENCH_HELP = `How fast Tributary is on this machine, beside what the machine can do at best.

  npm run bench                       everything, in at most 17 minutes; writes docs/numbers.md
  npm run bench -- --only NAME        one of them, again and again for several; writes nothing
  npm run bench -- --quick            a run of a minute and a half to see that everything works; writes nothing
  npm run bench -- --json             figures as one JSON object on stdout instead of tables
  npm run bench -- --soak [MINUTES]   goes on at 80 % of the peak for 5 minutes or as many; writes docs/soak.md

NAME is one of: ${NAMES.join(", ")}.
Figures are medians over several rounds. For figures worth keeping let nothing else run meanwhile.
`;

const SOAK_MINUTES = 5;

/** What was asked for, or what is wrong with it. */
export function readBenchOptions(args: readonly string[]): BenchOptions | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: "string", multiple: true, default: [] },
        quick: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        soak: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const only = values.only.flatMap((names) => names.split(","));
    const unknown = only.filter((name) => !isBenchmark(name));
    if (unknown.length > 0) return `No benchmark is called ${unknown.join(" or ")}; there are ${NAMES.join(", ")}.`;
    const minutes = Number(positionals[0] ?? SOAK_MINUTES);
    const isSound = positionals.length <= (values.soak ? 1 : 0) && minutes > 0;
    if (!isSound) return `${positionals.join(" ")} is not asked for; after --soak comes a number of minutes.`;
    const soak = values.soak ? { soakMinutes: minutes } : {};
    return { ...values, ...soak, only: only.length === 0 ? NAMES : NAMES.filter((name) => only.includes(name)) };
  } catch (error) {
    // What parseArgs throws is always the caller's mistake, in words meant for the caller.
    return (error as Error).message;
  }
}
