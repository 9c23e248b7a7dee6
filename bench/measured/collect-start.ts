import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark } from "#bench/benchmark.ts";
import { measureOf } from "#bench/measure.ts";
import { SETTINGS } from "#contracts/settings.ts";
import { functionBundle } from "#test/support/function-bundle.ts";

const PROCESSES = 21;
const QUICK_PROCESSES = 5;
const ENTRY = { entryPoints: ["lambdas/collect/index.ts"] };

/** Imports a file and says how long that took, in ms, from when the process can run code. */
const TIMED = `
  const began = performance.now();
  await import(process.argv[1]);
  process.stdout.write(String(performance.now() - began));
`;

/** Settings and credentials that name nothing: nothing is called. */
const ENVIRONMENT = {
  ...Object.fromEntries(Object.keys(SETTINGS.collect.shape).map((name) => [name, "{}"])),
  AWS_REGION: "us-east-1",
};

/** What a cold start of the collector reads and compiles, and how long a fresh process takes to. */
export const collectStart: Benchmark = async ({ folder, quick, progress }) => {
  const [own, withSdk] = await Promise.all([functionBundle(ENTRY, "empty"), functionBundle(ENTRY, "inside")]);
  const files = { empty: join(folder, "empty.mjs"), own: join(folder, "own.mjs"), withSdk: join(folder, "sdk.mjs") };
  writeFileSync(files.empty, "export {};");
  writeFileSync(files.own, own.code);
  writeFileSync(files.withSdk, withSdk.code);
  const times = { empty: [] as number[], own: [] as number[], withSdk: [] as number[] };
  for (let nth = 0; nth < (quick ? QUICK_PROCESSES : PROCESSES); nth++) {
    progress(`process ${nth + 1}`);
    // One after the other and in turns: whatever else the machine does meets all of them.
    for (const [name, file] of Object.entries(files)) times[name as keyof typeof files].push(importMs(file));
  }
  const nothing = { what: "importing an empty file", value: measureOf(times.empty).median };
  const importing = (what: string, measured: readonly number[]) =>
    ({ what, unit: "ms", measured: measureOf(measured), limits: [nothing] }) as const;
  return {
    figures: [
      { what: "bundle, minified, without the AWS SDK", unit: "kB", measured: inKb(own.bytes), target: { atMost: 250 } },
      { what: "bundle as it is deployed, with what it uses of the AWS SDK", unit: "kB", measured: inKb(withSdk.bytes) },
      { ...importing("import without the AWS SDK", times.own), target: { atMost: 60 } },
      importing("import as it is deployed, with the AWS SDK and its three clients made", times.withSdk),
    ],
    notes: [
      `Bundles as the templates make them, names kept; kB are 1,000 bytes. Importing is what Lambda does of our code before the first event: reading, compiling and running the file to its end, in a fresh process each time, from its first line. Without the SDK its classes are empty ones of the same names.`,
    ],
  };
};

const importMs = (file: string): number =>
  Number(execFileSync(process.execPath, ["--input-type=module", "--eval", TIMED, file], { env: ENVIRONMENT }));

const inKb = (bytes: number) => measureOf([bytes / 1_000]);
