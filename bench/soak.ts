import { join } from "node:path";
import { closedLoop } from "./load/closed-loop.ts";
import { openLoop, type RequestSupply } from "./load/open-loop.ts";
import { type PreparedRequest, preparedRequests } from "./load/prepared-request.ts";
import { startServer, type TributaryServer } from "./subjects/tributary.ts";

export interface Soaked {
  readonly minutes: number;
  /** Requests a second, taken in and processed: what was found first, what was asked then, what was answered. */
  readonly peak: number;
  readonly asked: number;
  readonly answered: number;
  /** Of the acknowledgements, in ms. */
  readonly latencies: readonly number[];
  /** What was acknowledged in all, and what the lake held in the end. */
  readonly acknowledged: number;
  readonly stored: number;
  /** Memory resident, in bytes, by second of the steady part. */
  readonly memory: readonly { readonly second: number; readonly bytes: number }[];
}

const SHARE = 0.8;
const CONNECTIONS = 64;
const WARM_UP = 10_000;
const PEAK_REQUESTS = 60_000;
const LOOK_MS = 10_000;
/** Requests made at a time while others are sent: few, so that making them keeps nobody waiting. */
const MADE_AT_ONCE = 40;

/** Goes on for minutes at a share of what was measured first, and looks how memory fares. Nothing may be missing after. */
export async function soak(folder: string, minutes: number, progress: (text: string) => void): Promise<Soaked> {
  const server = await startServer(join(folder, "data"));
  progress("the peak");
  await closedLoop(server.url, preparedRequests(1, WARM_UP, 1, server.writeKey), CONNECTIONS);
  await allIn(server);
  const began = performance.now();
  const paced = await closedLoop(server.url, preparedRequests(2, PEAK_REQUESTS, 1, server.writeKey), CONNECTIONS);
  // What is taken in and not processed would only grow: the peak is what goes the whole way.
  await allIn(server);
  const peak = paced.requests / ((performance.now() - began) / 1_000);
  const asked = Math.floor(peak * SHARE);
  const memory: { second: number; bytes: number }[] = [];
  const from = performance.now();
  const look = (): void => {
    const second = Math.round((performance.now() - from) / 1_000);
    memory.push({ second, bytes: server.residentBytes() ?? 0 });
    progress(`${asked} requests/s, ${second} s of ${minutes * 60}`);
  };
  look();
  const looking = setInterval(look, LOOK_MS);
  const count = Math.ceil(asked * minutes * 60);
  const { latencies, answeredPerSecond } = await openLoop(server.url, supply(count, server.writeKey), asked);
  clearInterval(looking);
  const stored = await allIn(server);
  await server.stop();
  const acknowledged = WARM_UP + paced.requests + latencies.length;
  return { minutes, peak, asked, answered: answeredPerSecond, latencies, acknowledged, stored, memory };
}

/** Waits until everything is processed, and answers how many events there are. */
async function allIn(server: TributaryServer): Promise<number> {
  const [[counted] = []] = await server.rows("SELECT count(*) FROM events");
  return Number(counted);
}

/** So many single events, none of them twice. */
function supply(length: number, writeKey: string): RequestSupply {
  let made: readonly PreparedRequest[] = [];
  let madeFrom = Number.NEGATIVE_INFINITY;
  return {
    length,
    at: (nth) => {
      if (nth >= length) return undefined;
      if (nth >= madeFrom + made.length) {
        madeFrom = nth;
        made = preparedRequests(1_000 + nth, MADE_AT_ONCE, 1, writeKey);
      }
      return made[nth - madeFrom];
    },
  };
}
