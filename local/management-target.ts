import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { holdAlone } from "#adapters/local/single-holder.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { troubleReport } from "#lambdas/middleware/trouble-report.ts";
import { openCredentials } from "./credentials.ts";
import { type DataFolder, DEFAULT_DATA, openDataFolder } from "./data-folder.ts";
import { startHttpServer } from "./http-server.ts";

/** The options by which every management command says what it works on; for `parseArgs`. */
export const TARGET_OPTIONS = {
  data: { type: "string" },
  url: { type: "string" },
  token: { type: "string" },
} as const;

/** Their part of a command's `--help`. */
export const TARGET_HELP = `  --data DIR     the data folder of this machine, whether or not a server runs on it (default: ${DEFAULT_DATA})
  --url URL      a deployed API, or a server on another machine, instead of a data folder
  --token TOKEN  the bearer token for --url; better left out and given as TRIBUTARY_TOKEN, which no process list shows`;

export interface TargetAsked {
  readonly data?: string | undefined;
  readonly url?: string | undefined;
  readonly token?: string | undefined;
}

export interface ManagementAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** What was answered, read as JSON; a refusal's `code` and `message` stand in it. */
  // biome-ignore lint/suspicious/noExplicitAny: each command knows what its routes answer
  readonly body: any;
}

/** The management API of an installation, wherever it runs. */
export interface ManagementTarget {
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ManagementAnswer>;
  close(): Promise<void>;
}

type TargetRejection = Rejection<"target.bad_options" | "target.busy">;

/**
 * Opens what `--data` or `--url` names: a deployed API, the server that runs on the data folder, or the folder itself,
 * served by this process for as long as the command takes.
 */
export async function openManagementTarget(
  asked: TargetAsked,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ManagementTarget | TargetRejection> {
  if (asked.url === undefined) return openFolder(asked);
  if (asked.data !== undefined) return rejection("target.bad_options", "Either --data or --url, not both.");
  const token = asked.token ?? environment.TRIBUTARY_TOKEN;
  if (token === undefined || token === "") {
    return rejection("target.bad_options", "--url needs a token: set TRIBUTARY_TOKEN, or give --token.");
  }
  const url = URL.parse(asked.url);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return rejection("target.bad_options", `--url expects an address such as https://api.example; got "${asked.url}".`);
  }
  return targetAt(asked.url.replace(/\/+$/, ""), token);
}

const targetAt = (url: string, token: string, close: () => Promise<void> = async () => {}): ManagementTarget => ({
  ask: async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: Error) => {
      throw new Error(`${url} cannot be reached: ${(error.cause as Error | undefined)?.message ?? error.message}`);
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : readJson(text) };
  },
  close,
});

/** Some proxies answer in HTML: then the text is all there is to show. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { code: "service.error", message: text.slice(0, 500) };
  }
}

/** How often, and how far apart in ms, a folder is looked at that is held by a server on its way up or down. */
const LOOKS = 40;
const LOOK_MS = 250;

async function openFolder({ data = DEFAULT_DATA, token }: TargetAsked): Promise<ManagementTarget | TargetRejection> {
  if (token !== undefined)
    return rejection("target.bad_options", "--token goes with --url; a data folder has its own.");
  const folder = openDataFolder(data);
  for (let look = 1; look <= LOOKS; look++) {
    const served = await runningServer(folder);
    if (served !== undefined) return served;
    const held = holdAlone(folder.serverLock);
    if (held !== undefined) return serveHere(folder, () => held.release());
    await sleep(LOOK_MS);
  }
  return rejection("target.busy", `Another process holds ${data} and does not answer; end it, or ask again.`);
}

/** The server that runs on the folder and knows its token, if one does. */
async function runningServer(folder: DataFolder): Promise<ManagementTarget | undefined> {
  if (!existsSync(folder.address)) return undefined;
  const { url } = JSON.parse(readFileSync(folder.address, "utf8")) as { readonly url: string };
  const target = targetAt(url, openCredentials(folder.credentials, []).token);
  // Nobody there, or somebody else: the server died without taking its address with it.
  const answer = await target.ask("GET", "/api/segments").catch(() => undefined);
  return answer?.status === 200 ? target : undefined;
}

/** The whole runtime, in this process, on a port of its own that only this process knows. */
async function serveHere(folder: DataFolder, release: () => void): Promise<ManagementTarget> {
  // Loaded only here: who asks a server does not pay for one.
  const { openRuntime } = await import("./runtime.ts");
  const runtime = await openRuntime(folder.root, {
    onFault: (error, where) => process.stderr.write(`${JSON.stringify(troubleReport(error, where))}\n`),
  });
  const server = await startHttpServer(runtime.door, 0);
  return targetAt(server.url, runtime.credentials.token, async () => {
    await server.close();
    await runtime.close();
    release();
  });
}
