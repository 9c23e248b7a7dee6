import { parseArgs } from "node:util";
import { Presets, SingleBar } from "cli-progress";
import { fuzz } from "./fuzzing.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "50000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
  },
});
const [requests, seed] = [Number(values.requests), Number(values.seed)];
if (!Number.isSafeInteger(requests) || requests < 1 || !Number.isSafeInteger(seed)) {
  console.error("npm run fuzz -- [--requests N] [--seed S], where both are whole numbers");
  process.exit(2);
}

/** Garbage aside, what a run of any length may add to the process, in bytes. */
const MOST_GROWTH = 64 * 1024 * 1024;

function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

console.log(`fuzzing the collector with ${requests} requests; the same again with --seed ${seed}`);
const bar = new SingleBar({ format: "{bar} {value}/{total} requests, {eta_formatted} left" }, Presets.shades_classic);
if (process.stdout.isTTY) bar.start(requests, 0);
const began = performance.now();
let heapAfterFirst: number | undefined;
const { asked, found } = await fuzz({
  requests,
  seed,
  onProgress: (done) => {
    heapAfterFirst ??= heapUsed();
    bar.update(done);
  },
});
bar.stop();
const seconds = ((performance.now() - began) / 1_000).toFixed(1);
const grown = heapUsed() - (heapAfterFirst ?? Number.POSITIVE_INFINITY);
if (found !== undefined) {
  console.error(`a promise was broken within the first ${asked} requests:\n${found}`);
  process.exit(1);
}
if (grown > MOST_GROWTH) {
  console.error(
    `no promise was broken, but the process kept ${Math.round(grown / 1024 / 1024)} MB of what it was sent`,
  );
  process.exit(1);
}
console.log(
  `${asked} requests in ${seconds} s: no 5xx, no fault, no lost neighbour; the heap grew by ${Math.round(grown / 1024)} kB`,
);
// Connections that were left hanging on purpose must not keep the process.
process.exit(0);
