import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { closedLoop } from "#bench/load/closed-loop.ts";
import { openLoop } from "#bench/load/open-loop.ts";
import { preparedRequests } from "#bench/load/prepared-request.ts";
import { median, oneAfterTheOther, quantile } from "#bench/measure.ts";

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  ended.push(() => server.close().closeAllConnections());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("the load generator", () => {
  it("sends each request once, whole, with its key, and reads answers that come in pieces", async () => {
    const seen: { readonly url: string; readonly key: string; readonly body: string }[] = [];
    const url = await served((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { authorization = "" } = request.headers;
        seen.push({ url: request.url ?? "", key: authorization, body: Buffer.concat(chunks).toString() });
        const answer = "a".repeat(1_000);
        response.writeHead(200, { "content-length": answer.length }).write(answer.slice(0, 10));
        setTimeout(() => response.end(answer.slice(10)), 2);
      });
    });
    const requests = preparedRequests(1, 40, 3, "key");
    const pace = await closedLoop(url, requests, 4);
    expect(pace).toMatchObject({ requests: 40, events: 120 });
    expect(seen.map(({ body }) => body).sort()).toEqual(requests.map(({ body }) => body).sort());
    expect(new Set(seen.map(({ url: path, key }) => `${path} ${key}`))).toEqual(new Set(["/v1/batch Basic a2V5Og=="]));
  });

  it("counts no refusal as an answer, and no cut line", async () => {
    const refusing = await served((_, response) => response.writeHead(503, { "content-length": 0 }).end());
    await expect(closedLoop(refusing, preparedRequests(1, 3, 1, "key"), 1)).rejects.toThrow("503");
    const cutting = await served((request) => request.socket.destroy());
    await expect(closedLoop(cutting, preparedRequests(1, 3, 1, "key"), 1)).rejects.toThrow("cut");
  });

  it("measures from when a request was to be sent: who comes while the server stalls waits too", async () => {
    const stallMs = 400;
    let count = 0;
    const url = await served((_, response) => {
      count++;
      if (count === 10) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs);
      response.writeHead(200, { "content-length": 0 }).end();
    });
    const { latencies } = await openLoop(url, preparedRequests(1, 500, 1, "key"), 500);
    expect(latencies).toHaveLength(500);
    // Some 200 were to be sent during the stall, and each waited for what was left of it: 200 ms on average.
    expect(latencies.filter((ms) => ms > stallMs / 2).length).toBeGreaterThan(60);
  });
});

describe("what is made of measurements", () => {
  it("takes a quantile that was measured, and the middle of the middle two", () => {
    const hundred = Array.from({ length: 100 }, (_, nth) => 100 - nth);
    expect([0.5, 0.99, 0.999, 1].map((q) => quantile(hundred, q))).toEqual([50, 99, 100, 100]);
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])]).toEqual([2, 2.5, 7]);
    expect(() => quantile([], 0.5)).toThrow("nothing");
  });

  it("takes things done in turn for slower than the slowest of them", () => {
    expect(oneAfterTheOther([100, 100])).toBeCloseTo(50);
    expect(oneAfterTheOther([1_000, 10])).toBeCloseTo(9.9, 2);
  });
});
