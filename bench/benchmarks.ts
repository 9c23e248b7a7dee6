import type { Benchmark } from "./benchmark.ts";
import { aws } from "./measured/aws.ts";
import { collectBatches, collectSingle } from "./measured/collect.ts";
import { collectAws } from "./measured/collect-aws.ts";
import { collectHandler } from "./measured/collect-handler.ts";
import { collectStart } from "./measured/collect-start.ts";
import { identityAws } from "./measured/identity-aws.ts";
import { importCdnow } from "./measured/import-cdnow.ts";
import { importMillion } from "./measured/import-million.ts";
import { latency } from "./measured/latency.ts";
import { profileApi } from "./measured/profile-api.ts";
import { readable } from "./measured/readable.ts";
import { realtime } from "./measured/realtime.ts";
import { resolve } from "./measured/resolve.ts";
import { resolveGrowth } from "./measured/resolve-growth.ts";
import { resolveMillion } from "./measured/resolve-million.ts";
import { segments } from "./measured/segments.ts";
import { segmentsLake } from "./measured/segments-lake.ts";
import { settling } from "./measured/settling.ts";
import { start } from "./measured/start.ts";
import { wholeWay } from "./measured/whole-way.ts";

export interface Listed {
  readonly title: string;
  readonly run: Benchmark;
  /** What it takes where the targets are met, in seconds: its share of the time of a whole run, and of a quick one. */
  readonly seconds: number;
  readonly quickSeconds: number;
}

/** In the order in which they run: what cannot be shortened comes last and has what time is left. */
export const BENCHMARKS = {
  "collect-handler": { title: "The collector by itself", run: collectHandler, seconds: 15, quickSeconds: 3 },
  "collect-start": { title: "The collector's start", run: collectStart, seconds: 15, quickSeconds: 3 },
  "collect-batches": { title: "Collecting batches", run: collectBatches, seconds: 45, quickSeconds: 6 },
  "collect-single": { title: "Collecting single events", run: collectSingle, seconds: 45, quickSeconds: 6 },
  "whole-way": { title: "The whole way", run: wholeWay, seconds: 60, quickSeconds: 7 },
  start: { title: "Starting", run: start, seconds: 15, quickSeconds: 2 },
  "import-cdnow": { title: "Importing CDNOW", run: importCdnow, seconds: 45, quickSeconds: 1 },
  "collect-aws": { title: "One call of the collector on AWS", run: collectAws, seconds: 5, quickSeconds: 2 },
  aws: { title: "AWS operations", run: aws, seconds: 40, quickSeconds: 4 },
  "settling-aws": { title: "Settling the lake in AWS", run: settling, seconds: 30, quickSeconds: 5 },
  latency: { title: "Latency", run: latency, seconds: 60, quickSeconds: 8 },
  resolve: { title: "Resolving identity", run: resolve, seconds: 40, quickSeconds: 7 },
  "identity-aws": { title: "Identity in DynamoDB", run: identityAws, seconds: 25, quickSeconds: 4 },
  "profile-api": { title: "Asking for profiles", run: profileApi, seconds: 30, quickSeconds: 5 },
  readable: { title: "From event to readable profile", run: readable, seconds: 30, quickSeconds: 5 },
  "resolve-growth": {
    title: "Resolving identity as the store grows",
    run: resolveGrowth,
    seconds: 25,
    quickSeconds: 4,
  },
  "resolve-million": { title: "Resolving a million events", run: resolveMillion, seconds: 80, quickSeconds: 6 },
  segments: { title: "Evaluating segments", run: segments, seconds: 20, quickSeconds: 8 },
  "segments-lake": {
    title: "Segments of ten million events",
    run: segmentsLake,
    seconds: 200,
    quickSeconds: 6,
  },
  realtime: { title: "Segments as events come in", run: realtime, seconds: 30, quickSeconds: 8 },
  "import-million": { title: "Importing a million events", run: importMillion, seconds: 100, quickSeconds: 8 },
} as const satisfies Record<string, Listed>;

export type BenchmarkName = keyof typeof BENCHMARKS;
export const NAMES = Object.keys(BENCHMARKS) as readonly BenchmarkName[];
export const isBenchmark = (name: string): name is BenchmarkName => Object.hasOwn(BENCHMARKS, name);
