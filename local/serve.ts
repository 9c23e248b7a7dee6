import { writeFileSync } from "node:fs";
import { type Held, holdAlone } from "#adapters/local/single-holder.ts";
import { troubleReport } from "#lambdas/middleware/trouble-report.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { DEMO_PLANS, DEMO_SOURCES } from "./demo-sources.ts";
import { startHttpServer } from "./http-server.ts";
import { rulesOf } from "./identity/rules-file.ts";
import { openRuntime, type Runtime } from "./runtime.ts";
import type { ServeOptions } from "./serve-options.ts";

/** Serves until it is told to stop (SIGINT, SIGTERM), then answers what it has, writes it all down and ends. */
export async function serve(options: ServeOptions): Promise<number> {
  const startedAt = performance.now();
  const folder = openDataFolder(options.data);
  const held = await holdToServe(folder);
  if (held === undefined) return 1;
  const stopped = stopSignal();
  let failed = false;
  const runtime = await openRuntime(options.data, {
    sources: options.demo ? DEMO_SOURCES : [],
    plans: options.demo ? DEMO_PLANS : [],
    onFault: (error, where) => {
      process.stderr.write(`${JSON.stringify(troubleReport(error, where))}\n`);
      if (where !== "processing") return;
      // Without processing this would go on taking events in and never show them. Whoever restarts us mends it.
      failed = true;
      stopped.abort();
    },
  });
  const server = await startHttpServer(runtime.door, options.port, { isBehind: runtime.isBehind }).catch(
    (error: NodeJS.ErrnoException) => error,
  );
  if (server instanceof Error) {
    process.stderr.write(`Cannot listen on port ${options.port}: ${server.message}. Take another one with --port.\n`);
    await runtime.close();
    held.release();
    return 1;
  }
  writeFileSync(folder.address, JSON.stringify({ url: server.url, pid: process.pid }), { mode: 0o600 });
  announce(options, runtime, server.url, performance.now() - startedAt);
  const demo = options.demo ? playDemo(options, runtime, server.url, stopped.signal) : Promise.resolve();
  await untilAborted(stopped.signal);
  await demo;
  await server.close();
  if (!failed) await runtime.close();
  held.release();
  return failed ? 1 : 0;
}

/** The folder, for us alone; or says what is in the way. */
async function holdToServe(folder: DataFolder): Promise<Held | undefined> {
  const held = holdAlone(folder.serverLock);
  if (held === undefined) {
    process.stderr.write(`Another server runs on ${folder.root}. Stop it, or take another folder with --data.\n`);
    return undefined;
  }
  const problem = await rulesOf(folder).then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (problem === undefined) return held;
  process.stderr.write(`${problem}\nMend the file, or take it away to go by the usual rules.\n`);
  held.release();
  return undefined;
}

/** Aborts at the first SIGINT or SIGTERM. The second ends the process at once: the data folder bears it. */
function stopSignal(): AbortController {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller;
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

function announce(options: ServeOptions, { credentials }: Runtime, url: string, tookMs: number): void {
  const writeKey = credentials.writeKeys.default;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ url, writeKey, token: credentials.token })}\n`);
    return;
  }
  process.stdout.write(
    `Tributary is ready at ${url} after ${(tookMs / 1000).toFixed(2)} s; data in ${options.data}.\n` +
      `  write key  ${writeKey}\n  token      ${credentials.token}\n` +
      `  try        curl -u ${writeKey}: -d '{"userId":"ana","event":"Hello"}' ${url}/v1/track\n`,
  );
}

async function playDemo(options: ServeOptions, runtime: Runtime, url: string, signal: AbortSignal): Promise<void> {
  const { token, writeKeys } = runtime.credentials;
  const keyOf = (id: string): string => writeKeys[id] ?? "";
  const log = options.json ? process.stderr : process.stdout;
  // Loaded only here: who does not watch the demonstration does not pay for it.
  const { runDemo } = await import("./demo/run-demo.ts");
  try {
    await runDemo({
      url,
      token,
      writeKeys: {
        site: keyOf("site"),
        till: keyOf("till"),
        newsletter: keyOf("newsletter"),
        crm: keyOf("crm"),
        support: keyOf("support"),
      },
      seed: options.seed,
      eventsPerSecond: options.speed,
      language: options.language,
      signal,
      print: (line) => log.write(`${line}\n`),
    });
  } catch (error) {
    process.stderr.write(`The demonstration ended: ${(error as Error).message}\n`);
  }
}
