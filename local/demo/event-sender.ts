import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { SECOND } from "./calendar.ts";
import type { Chance } from "./chance.ts";
import type { ShopEvent, ShopSource } from "./shop-world.ts";

export interface SenderOptions {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly writeKeys: Readonly<Record<ShopSource, string>>;
  readonly chance: Chance;
  /** Once aborted nothing new is sent or repeated. */
  readonly signal: AbortSignal;
  /** Cuts off what is on its way. */
  readonly closing: AbortSignal;
  readonly now: () => number;
}

/** What became of everything handed to a sender. Events are counted once, however often they had to be repeated. */
interface Sent {
  readonly acknowledged: number;
  readonly requests: number;
  /** Requests answered 429, 503 or another 5xx, and connections that broke: each was repeated after a wait. */
  readonly putOff: number;
}

export interface EventSender {
  /**
   * Resolves with true once the collector acknowledged every event, whatever that took, and with false where the
   * signal came first: some may have arrived all the same. Throws where the collector will never take them.
   */
  send(source: ShopSource, events: readonly ShopEvent[]): Promise<boolean>;
  readonly sent: Sent;
}

/** The collector said that no repetition will help: a wrong key, a wrong route, an event that is too large. */
export class SendingRefused extends Error {
  override readonly name = "SendingRefused";
}

const ANSWER_MS = 30 * SECOND;
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10 * SECOND;
/** Segment's own clients compress always, never or by platform; a third shows that both ways work. */
const COMPRESSED = 1 / 3;

const deflate = promisify(gzip);

type Answer =
  | { readonly kind: "taken" }
  | { readonly kind: "put_off"; readonly waitMs?: number }
  | { readonly kind: "too_large" }
  | { readonly kind: "refused"; readonly why: string };

/** Sends as Segment's server libraries do: `POST /v1/batch`, the write key as the user of Basic authentication. */
export function openEventSender(options: SenderOptions): EventSender {
  const counts = { acknowledged: 0, requests: 0, putOff: 0 };

  async function send(source: ShopSource, events: readonly ShopEvent[]): Promise<boolean> {
    for (let attempt = 0; !options.signal.aborted; attempt++) {
      counts.requests++;
      const answer = await post(options, source, events);
      if (answer.kind === "taken") {
        counts.acknowledged += events.length;
        return true;
      }
      if (answer.kind === "refused") throw new SendingRefused(`events of ${source} are not taken: ${answer.why}`);
      if (answer.kind === "too_large") return halves(source, events);
      counts.putOff++;
      await pause(answer.waitMs ?? backoff(attempt, options.chance), options.signal);
    }
    return false;
  }

  async function halves(source: ShopSource, events: readonly ShopEvent[]): Promise<boolean> {
    if (events.length === 1) throw new SendingRefused(`one event of ${source} is larger than what is taken at all`);
    const middle = Math.ceil(events.length / 2);
    const first = await send(source, events.slice(0, middle));
    return (await send(source, events.slice(middle))) && first;
  }

  return { send, sent: counts };
}

async function post(
  { url, writeKeys, chance, now, closing }: SenderOptions,
  source: ShopSource,
  batch: readonly ShopEvent[],
): Promise<Answer> {
  const text = JSON.stringify({ batch, sentAt: new Date(now()).toISOString() });
  const isCompressed = chance.happens(COMPRESSED);
  const headers = {
    authorization: `Basic ${Buffer.from(`${writeKeys[source]}:`).toString("base64")}`,
    "content-type": "application/json",
    "user-agent": "tributary-demonstration",
    ...(isCompressed ? { "content-encoding": "gzip" } : {}),
  };
  const body = isCompressed ? new Uint8Array(await deflate(text)) : text;
  const signal = AbortSignal.any([closing, AbortSignal.timeout(ANSWER_MS)]);
  try {
    const response = await fetch(`${url}/v1/batch`, { method: "POST", headers, body, signal });
    return readAnswer(response.status, response.headers.get("retry-after"), await response.text());
  } catch {
    // No answer, so nobody knows whether the events arrived: repeating them is what message ids are for.
    return { kind: "put_off" };
  }
}

function readAnswer(status: number, retryAfter: string | null, body: string): Answer {
  if (status === 200) return { kind: "taken" };
  if (status === 413) return { kind: "too_large" };
  if (status === 429 || status === 408 || status >= 500) {
    const seconds = Number(retryAfter ?? Number.NaN);
    return Number.isFinite(seconds) ? { kind: "put_off", waitMs: seconds * SECOND } : { kind: "put_off" };
  }
  return { kind: "refused", why: `${status} ${body.slice(0, 200)}` };
}

/** Twice as long each time, and never quite what others wait. */
const backoff = (attempt: number, chance: Chance): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10)) * (0.5 + chance.next() / 2);

/** Waits, or less where the signal comes first. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
