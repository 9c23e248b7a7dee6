import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { type Door, type HttpServerOptions, startHttpServer } from "./http-server.ts";
import { defaultServerLimits, type ServerLimits } from "./server-limits.ts";

const KIB = 1024;
const ok: Door = async ({ body = "" }) => ({ statusCode: 200, headers: {}, body: String(body.length) });
const tight: ServerLimits = {
  ...defaultServerLimits,
  collect: { heldBytes: 1_000 * KIB, largeHeldBytes: 600 * KIB, requests: 3 },
};

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(options: HttpServerOptions = {}, door: Door = ok): Promise<string> {
  const server = await startHttpServer(door, 0, options);
  cleanUps.push(() => server.close());
  return server.url;
}

interface RawClient {
  readonly socket: Socket;
  /** Everything that was answered so far. */
  text(): string;
}

/** A client that sends just what it is told to. */
async function raw(url: string, sends: string): Promise<RawClient> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  socket.on("error", () => {}); // Cut off, as some here are to be.
  cleanUps.push(() => socket.destroy());
  await once(socket, "connect");
  socket.write(sends);
  return { socket, text: () => text };
}

const post = (path: string, length: number, rest = ""): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: ${length}\r\n\r\n${rest}`;
const slowBatch = post("/v1/batch", 400 * KIB, "{");

/** Opens so many requests whose bodies do not come on. */
const open = (url: string, count: number, sends = slowBatch): Promise<RawClient[]> =>
  Promise.all(Array.from({ length: count }, () => raw(url, sends)));

const send = async (url: string, bytes: number, path = "/v1/batch") => {
  const answer = await fetch(`${url}${path}`, { method: "POST", body: "x".repeat(bytes) });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
};

describe("a server that is asked for too much at once", () => {
  /** Stands still, so that nobody has been sending for long unless it is said. */
  let time = 0;
  const now = (): number => time;
  /** Who was opened is seen only when the server comes to it. */
  const isFull = (url: string): Promise<void> => eventually(async () => expect((await send(url, 10)).status).toBe(429));

  it("says so, in a way that every client and browser understands", async () => {
    const url = await start({ limits: tight, now });
    await open(url, 3);
    await isFull(url);
    const { headers, body } = await send(url, 10);
    expect(body).toEqual({ code: "service.overloaded", message: expect.any(String), requestId: expect.any(String) });
    expect(headers.get("retry-after")).toMatch(/^[1-5]$/);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("access-control-expose-headers")).toBe("Retry-After");
    expect(headers.get("content-type")).toBe("application/json");
  });

  it("answers before the body is there", async () => {
    const url = await start({ limits: tight, now });
    await open(url, 3);
    await isFull(url);
    const late = await raw(url, post("/v1/batch", 500 * KIB));
    await eventually(async () => expect(late.text()).toMatch(/^HTTP\/1\.1 429 .*connection: close/is));
    // The rest is still read for a moment, then the line is closed, with a proper end.
    const ended = once(late.socket, "end");
    late.socket.write("x".repeat(100));
    await ended;
  });

  it("keeps the connection of a sender whose body is short or was sent whole", async () => {
    const url = await start({ limits: tight, now });
    const slow = await open(url, 3);
    await isFull(url);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    cleanUps.push(() => agent.destroy());
    const ask = (bytes: number): Promise<{ status: number; port: number }> =>
      new Promise((resolve, reject) => {
        const asking = request(`${url}/v1/batch`, { method: "POST", agent }, (answer) => {
          const { localPort = 0 } = answer.socket;
          answer.resume().on("end", () => resolve({ status: answer.statusCode ?? 0, port: localPort }));
        });
        asking.on("error", reject).end("x".repeat(bytes));
      });
    const refused = [await ask(0), await ask(30 * KIB), await ask(60 * KIB)];
    for (const { socket } of slow) socket.destroy();
    await eventually(async () => expect((await send(url, 10)).status).toBe(200));
    const served = await ask(100);
    expect([...refused, served].map(({ status }) => status)).toEqual([429, 429, 429, 200]);
    expect(new Set([...refused, served].map(({ port }) => port)).size).toBe(1);
  });

  it("lets those go who have been sending for long, to serve those who are quick", async () => {
    const url = await start({ limits: tight, now });
    const slow = await open(url, 3);
    await isFull(url);
    time += 2_000;
    expect((await send(url, 10)).status).toBe(200);
    await eventually(async () => expect(slow.filter(({ text }) => text().startsWith("HTTP/1.1 429 "))).toHaveLength(1));
  });

  it("serves those who manage it, whoever sends", async () => {
    const url = await start({ limits: tight, now });
    await open(url, 3);
    await isFull(url);
    expect((await send(url, 10, "/api/s/batch")).status).toBe(429);
    expect((await send(url, 10, "/api/segments/preview")).status).toBe(200);
  });

  it("bears no more than so much, however little of it is said", async () => {
    const url = await start({ limits: tight, now });
    const chunked = "POST /b HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    const piece = `${(450 * KIB).toString(16)}\r\n${"x".repeat(450 * KIB)}\r\n`;
    const three = await open(url, 3, chunked + piece);
    await eventually(async () => {
      const refused = three.filter(({ text }) => /^HTTP\/1\.1 429 .*connection: close/is.test(text()));
      expect(refused).toHaveLength(1);
    });
    expect((await send(url, 50 * KIB)).status).toBe(200);
  });

  it("takes no more in while it is behind, and then does again", async () => {
    let isBehind = true;
    const url = await start({ isBehind: () => isBehind });
    const { status, headers, body } = await send(url, 200 * KIB);
    expect([status, body.code]).toEqual([429, "service.overloaded"]);
    expect(headers.get("retry-after")).toMatch(/^[1-5]$/);
    expect((await send(url, 10, "/api/health")).status).toBe(200);
    isBehind = false;
    expect((await send(url, 200 * KIB)).status).toBe(200);
  });
});

describe("a server whose clients are slow", () => {
  it("lets those go that are slower than anybody has to be", async () => {
    const slowest = { afterMs: 300, bytesPerSecond: 1_000 };
    const url = await start({ limits: { ...defaultServerLimits, slowest } });
    const slow = await raw(url, slowBatch);
    await eventually(async () => expect(slow.text()).toMatch(/^HTTP\/1\.1 408 .*"request\.too_slow"/s));
    expect((await send(url, 400 * KIB)).status).toBe(200);
  });

  it("gives the places of those who never ask to those who do", async () => {
    const url = await start({ limits: { ...defaultServerLimits, connections: 40 } });
    await open(url, 60, "POST /v1/batch HTTP/1.1\r\nx-slow: ");
    expect((await send(url, 10)).status).toBe(200);
    expect((await send(url, 10, "/api/health")).status).toBe(200);
  });
});

describe("a server that is asked for what it can do", () => {
  it("hands bodies on whole, in however many pieces they come", async () => {
    const url = await start();
    expect((await send(url, 900 * KIB)).body).toBe(900 * KIB);
    const pieces = await raw(url, post("/v1/batch", 6, "ab"));
    await sleep(50);
    pieces.socket.write("cdef");
    await eventually(async () => expect(pieces.text()).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\n6$/s));
  });

  it.each([
    ["a host that is not named", "POST /v1/batch HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}"],
    ["an expectation that is no", "POST / HTTP/1.1\r\nhost: x\r\nexpect: wonders\r\ncontent-length: 2\r\n\r\n{}"],
  ])("leaves to its door what Node would refuse without a word: %s", async (_what, sends) => {
    const { text } = await raw(await start(), sends);
    await eventually(async () => expect(text()).toMatch(/^HTTP\/1\.1 200 /));
  });

  it("refuses a body that is larger than any, once it is sent", async () => {
    const { status, body } = await send(await start(), 11 * KIB * KIB);
    expect([status, body.code]).toEqual([413, "body.too_large"]);
  });
});
