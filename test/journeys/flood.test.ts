import { existsSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import {
  newDataFolder,
  removeDataFolder,
  startTributary,
  type TributaryProcess,
} from "#test/support/tributary-process.ts";

const data = newDataFolder();
afterAll(() => removeDataFolder(data));

const FLOOD_MS = 7_000;
const SLOW_CLIENTS = 400;
const HONEST_CLIENTS = 8;
const MIB = 1024 * 1024;
/** Of the whole process, with DuckDB and the thread that processes. Without bounds it had 573 where it has 303 with them. */
const MOST_MIB = 450;
/** As `npm run local` starts it. */
const NODE = ["--max-semi-space-size=4", "--heap-growing-percent=25"];

/** What a slow client sends, again and again until it is cut off. */
interface Trickle {
  readonly head: string;
  readonly piece: string;
}

const lines = (...of: readonly string[]): string =>
  `${["POST /v1/batch HTTP/1.1", "host: x", ...of].join("\r\n")}\r\n\r\n`;
const chunkOf = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const TRICKLES: readonly Trickle[] = [
  // As large as anything may be.
  { head: lines(`content-length: ${10 * MIB}`), piece: "x".repeat(96_000) },
  // As large as a batch may be.
  { head: lines("content-length: 500000"), piece: "x".repeat(16_000) },
  // Of unsaid size, in pieces.
  { head: lines("transfer-encoding: chunked"), piece: chunkOf("x".repeat(96_000)) },
  // In the smallest pieces there are: each costs the server more than it costs the sender.
  { head: lines("transfer-encoding: chunked"), piece: chunkOf("x").repeat(40) },
];
const PACE_MS = 400;

/** Keeps one slow client going: whoever is cut off comes back at once. */
async function trickle(url: string, { head, piece }: Trickle, isOver: () => boolean): Promise<void> {
  const { hostname, port } = new URL(url);
  while (!isOver()) {
    const socket: Socket = connect({ host: hostname, port: Number(port) });
    socket.on("error", () => {}); // Cut off, which is the point.
    socket.resume().write(head);
    while (!isOver() && !socket.closed && socket.writable) {
      // No faster than it is taken: what waits here would be this test's memory.
      if (socket.writableLength === 0) socket.write(piece);
      await sleep(PACE_MS);
    }
    socket.destroy();
  }
}

interface Told {
  readonly acknowledged: string[];
  readonly statuses: Map<number, number>;
  readonly waits: number[];
}

/** An honest client: sends batch after batch, each until it is taken, and waits when it is asked to. */
async function sendHonestly(server: TributaryProcess, name: number, told: Told, isOver: () => boolean): Promise<void> {
  for (let count = 0; !isOver(); count++) {
    const ids = Array.from({ length: 20 }, (_, nth) => `h-${name}-${count}-${nth}`);
    const batch = ids.map((messageId) => ({ messageId, type: "track", event: "Seen", userId: `u-${name}` }));
    for (;;) {
      const answer = await fetch(`${server.url}/v1/batch`, {
        method: "POST",
        headers: { authorization: `Basic ${Buffer.from(`${server.writeKey}:`).toString("base64")}` },
        body: JSON.stringify({ batch }),
      });
      await answer.text();
      told.statuses.set(answer.status, (told.statuses.get(answer.status) ?? 0) + 1);
      if (answer.status === 200) break;
      const seconds = Number(answer.headers.get("retry-after"));
      told.waits.push(seconds);
      await sleep(seconds * 1_000);
    }
    told.acknowledged.push(...ids);
    await sleep(10);
  }
}

/** How much was resident at most, in MiB. */
const peakMib = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

const reason = existsSync("/proc/self/status") ? undefined : "how much memory a process has is read from /proc";
if (reason !== undefined) console.warn(`skipped: ${reason}`);

describe.skipIf(reason !== undefined)("a flood of slow clients", () => {
  it("stays within its memory, serves who is honest, and loses nothing", { timeout: 300_000 }, async ({ annotate }) => {
    const server = await startTributary(data, NODE);
    const until = Date.now() + FLOOD_MS;
    const isOver = (): boolean => Date.now() > until;
    const slow = Array.from({ length: SLOW_CLIENTS }, (_, nth) =>
      trickle(server.url, TRICKLES[nth % TRICKLES.length] as Trickle, isOver),
    );
    const told: Told = { acknowledged: [], statuses: new Map(), waits: [] };
    const honest = Array.from({ length: HONEST_CLIENTS }, (_, name) => sendHonestly(server, name, told, isOver));
    while (!isOver()) {
      expect((await server.api("/api/health")).status).toBe(200);
      await sleep(250);
    }
    await Promise.all([...slow, ...honest]);
    const peak = peakMib(server.pid);
    // Taken in, or told how long to wait: nothing else, and no line cut.
    expect([...told.statuses.keys()].filter((status) => status !== 200 && status !== 429)).toEqual([]);
    expect(told.waits.every((seconds) => Number.isInteger(seconds) && seconds >= 1 && seconds <= 5)).toBe(true);
    expect(told.acknowledged.length).toBeGreaterThanOrEqual(HONEST_CLIENTS * 20);
    await eventually(async () => {
      const rows = await server.rows("SELECT count(DISTINCT message_id), count(*) FROM events WHERE event = 'Seen'");
      expect(rows).toEqual([[told.acknowledged.length, told.acknowledged.length]]);
    });
    const answers = [...told.statuses].map(([status, count]) => `${count} times ${status}`).join(", ");
    await annotate(`${peak.toFixed(0)} MiB at most; honest clients were answered ${answers}`);
    expect(peak).toBeLessThan(MOST_MIB);
    expect(await server.stop()).toBe(0);
  });
});
