import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { DAY } from "./calendar.ts";
import { chanceOf } from "./chance.ts";
import { SendingRefused } from "./event-sender.ts";
import { type DemoOptions, runDemo } from "./run-demo.ts";
import { shopEvents } from "./shop.ts";
import type { ShopEvent } from "./shop-world.ts";

const NOW = Date.UTC(2026, 9, 5, 9);
const WRITE_KEYS = { site: "k-site", till: "k-till", newsletter: "k-letter", crm: "k-crm", support: "k-desk" };

interface Collector {
  readonly url: string;
  /** Every event that was acknowledged, by write key and message id, with its first sighting. */
  readonly acknowledged: Map<string, ShopEvent>;
  readonly statuses: Map<number | "cut", number>;
  readonly compressed: { count: number };
}

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A clock that shows this instant when it is first looked at, and goes on from there. */
function clockFrom(instant: number): () => number {
  let began: number | undefined;
  return () => {
    began ??= performance.now();
    return Math.floor(instant + performance.now() - began);
  };
}

type Mood = (request: IncomingMessage) => number | "cut" | "cut_after";

/** A collector with moods; `/api` is not there at all. */
async function startCollector(mood: Mood): Promise<Collector> {
  const acknowledged = new Map<string, ShopEvent>();
  const statuses = new Map<number | "cut", number>();
  const compressed = { count: 0 };
  const count = (status: number | "cut"): void => void statuses.set(status, (statuses.get(status) ?? 0) + 1);

  const collect = (request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
    const answer = mood(request);
    count(answer === "cut_after" ? "cut" : answer);
    if (answer === "cut") return void request.socket.destroy();
    if (answer === 200 || answer === "cut_after") {
      const key = Buffer.from(request.headers.authorization?.slice(6) ?? "", "base64").toString();
      if (request.headers["content-encoding"] === "gzip") compressed.count++;
      const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      const { batch } = JSON.parse(text.toString()) as { batch: readonly ShopEvent[] };
      for (const event of batch) acknowledged.set(`${key}${event.messageId}`, event);
    }
    if (answer === "cut_after") return void request.socket.destroy();
    response.writeHead(answer, answer === 429 ? { "retry-after": "0" } : {}).end(JSON.stringify({ success: true }));
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url === "/v1/batch") collect(request, response, Buffer.concat(chunks));
      else response.writeHead(404).end('{"code":"route.unknown","message":"","requestId":""}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, acknowledged, statuses, compressed };
}

const optionsFor = (url: string, more: Partial<DemoOptions> = {}): DemoOptions => ({
  url,
  token: "t",
  writeKeys: WRITE_KEYS,
  seed: "7",
  eventsPerSecond: 500,
  historyEventsPerSecond: 20_000,
  historyDays: 3,
  people: 200,
  signal: new AbortController().signal,
  print: () => undefined,
  now: Date.now,
  ...more,
});

describe("a run of the demonstration", () => {
  it("loses nothing to a collector that puts off, fails, and cuts connections before and after it took a batch", async () => {
    const chance = chanceOf("moods");
    const collector = await startCollector(() =>
      chance.weighted<ReturnType<Mood>>([
        [200, 6],
        [429, 1],
        [503, 1],
        ["cut", 1],
        ["cut_after", 1],
      ]),
    );
    const wanted = 2_500;
    const now = clockFrom(NOW);
    const end = await runDemo(optionsFor(collector.url, { maxEvents: wanted, now }));

    expect(end.acknowledged).toBe(wanted);
    expect(end.unanswered).toBe(0);
    expect(end.putOff).toBeGreaterThan(0);
    for (const status of [200, 429, 503, "cut"] as const) expect(collector.statuses.get(status)).toBeGreaterThan(0);
    expect(collector.compressed.count).toBeGreaterThan(0);
    // What was taken is what the shop sent: every message id, each from its own system.
    const ids = new Set<string>();
    for (const id of collector.acknowledged.keys()) ids.add(id.slice(id.indexOf(":") + 1));
    expect(ids.size).toBeGreaterThan(wanted * 0.95);
    expect(collector.acknowledged.size).toBe(ids.size);
    const days = [...collector.acknowledged.values()].map(({ timestamp }) => Date.parse(timestamp));
    expect(Math.min(...days)).toBeLessThan(NOW - 2 * DAY);
    expect(Math.max(...days)).toBeLessThanOrEqual(now());
  });

  it("plays the history as the shop's generator has it, each event with the time it happened", async () => {
    const collector = await startCollector(() => 200);
    await runDemo(optionsFor(collector.url, { maxEvents: 300, now: clockFrom(NOW) }));
    const expected = shopEvents({ seed: "7", start: NOW - 3 * DAY, people: 200 }).take(300);
    expect(new Map([...collector.acknowledged.values()].map((event) => [event.messageId, event]))).toEqual(
      new Map([...expected].map(({ event }) => [event.messageId, event])),
    );
  });

  it("goes on live after the history: what happens, happens now", async () => {
    const collector = await startCollector(() => 200);
    const lines: string[] = [];
    const midnight = Date.UTC(2026, 9, 4, 22);
    const now = clockFrom(midnight);
    const print = (line: string): void => void lines.push(line);
    const end = await runDemo(optionsFor(collector.url, { historyDays: 0, maxEvents: 300, now, print }));
    expect(end.acknowledged).toBe(300);
    const times = [...collector.acknowledged.values()].map(({ timestamp }) => Date.parse(timestamp));
    expect(Math.max(...times)).toBeLessThanOrEqual(now());
    // An event was a few seconds under way, a sign-up's export some minutes; what was offline is older.
    const isNow = times.filter((at) => at >= midnight - 15 * 60_000);
    expect(isNow.length / times.length).toBeGreaterThan(0.9);
    expect(lines.join("\n")).toContain("From here on things happen now");
  });

  it("stops within a moment of the signal, whatever the collector does", async () => {
    const stop = new AbortController();
    const collector = await startCollector(() => {
      stop.abort();
      return 503;
    });
    // Without the signal it would go on for ever: to hear of it is to end at all.
    const end = await runDemo(optionsFor(collector.url, { signal: stop.signal }));
    expect(end.acknowledged).toBe(0);
    expect(end.unanswered).toBeGreaterThan(0);
  });

  it("gives up where the key is wrong, and says which", async () => {
    const collector = await startCollector(() => 401);
    await expect(runDemo(optionsFor(collector.url))).rejects.toThrow(SendingRefused);
  });

  it("speaks both languages and prints no address of anybody but its own invention", async () => {
    for (const language of ["en", "fr"] as const) {
      const collector = await startCollector(() => 200);
      const lines: string[] = [];
      await runDemo(optionsFor(collector.url, { language, maxEvents: 100, print: (line) => void lines.push(line) }));
      expect(lines.length).toBeGreaterThan(3);
      for (const [, domain] of lines.join("\n").matchAll(/@([a-z.]+)/g)) expect(domain).toMatch(/ex[ae]mple/);
    }
  });
});
