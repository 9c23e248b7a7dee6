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

const ROUNDS = 4;
const ROUND_MS = 2_500;
const PEOPLE = 500;
const PACE_MS = 8;

/** What a careful client knows of a batch: what is in it, how often it was sent, and whether it was acknowledged. */
interface Batch {
  readonly ids: readonly string[];
  readonly body: string;
  /** One of those whose e-mail address is in it. */
  readonly identified: number;
  sent: number;
  acknowledged: boolean;
}

let nextId = 0;

function newBatch(size: number): Batch {
  const ids = Array.from({ length: size }, () => `m-${nextId++}`);
  const batch = ids.map((messageId, index) => {
    const person = (nextId + index) % PEOPLE;
    const common = { messageId, userId: `u-${person}`, anonymousId: `a-${person}`, timestamp: "2026-10-01T00:00:00Z" };
    return index % 10 === 0
      ? { ...common, type: "identify", traits: { email: `u${person}@example.org` } }
      : { ...common, type: "track", event: "Order Completed", properties: { revenue: 1 } };
  });
  return { ids, body: JSON.stringify({ batch }), identified: nextId % PEOPLE, sent: 0, acknowledged: false };
}

/** Sends until it is cut off: first what was never acknowledged, then new batches, large and small. */
async function sendUntilCut(server: TributaryProcess, batches: Batch[], isCut: () => boolean): Promise<void> {
  const again = batches.filter((batch) => !batch.acknowledged);
  const worker = async (turn: number): Promise<void> => {
    while (!isCut()) {
      // Paced, so that in the end what is counted is correctness, not the patience of a slow machine.
      await sleep(PACE_MS);
      const batch = again.pop() ?? newBatch(turn % 2 === 0 ? 20 : 1);
      if (batch.sent === 0) batches.push(batch);
      batch.sent++;
      const answer = await server.send("/v1/batch", batch.body).catch(() => undefined);
      if (answer === undefined) return;
      if (answer.status === 200) batch.acknowledged = true;
      // Not now, it says, and that is not an acknowledgement; a slow machine may have much to do.
      else expect([429, 503]).toContain(answer.status);
    }
  };
  await Promise.all([0, 1, 2, 3, 4, 5].map(worker));
}

describe("kill -9 in the middle", () => {
  it("loses nothing that was acknowledged, and counts nothing twice", { timeout: 900_000 }, async () => {
    const batches: Batch[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const server = await startTributary(data);
      let cut = false;
      const sending = sendUntilCut(server, batches, () => cut);
      // Ask while it works, so that files are being written when the end comes.
      await sleep(ROUND_MS / 2);
      await server.rows("SELECT count(*) FROM events").catch(() => {});
      await sleep(ROUND_MS / 2 + round * 300);
      cut = true;
      await server.kill();
      await sending;
    }
    const server = await startTributary(data);
    for (const batch of batches.filter(({ acknowledged }) => !acknowledged)) {
      await eventually(async () => {
        batch.sent++;
        expect((await server.send("/v1/batch", batch.body)).status).toBe(200);
      });
    }
    const expected = batches.flatMap(({ ids }) => ids);
    expect(expected.length).toBeGreaterThan(1_000);
    await eventually(async () => {
      expect(await server.rows("SELECT count(*), count(DISTINCT message_id) FROM events")).toEqual([
        [expected.length, expected.length],
      ]);
    }, 300_000);
    // Below the view: the log itself holds a batch no more often than it was sent.
    const sentOnce = new Set(batches.filter(({ sent }) => sent === 1).flatMap(({ ids }) => ids));
    const doubled = await server.rows("SELECT message_id FROM events_log GROUP BY message_id HAVING count(*) > 1");
    expect(doubled.filter(([id]) => sentOnce.has(String(id)))).toEqual([]);
    // Each person is one profile, with all three identifiers and every event.
    const people = await server.rows("SELECT count(DISTINCT profile_id), sum(revenue) FROM events");
    const orders = expected.length - batches.reduce((n, { ids }) => n + Math.ceil(ids.length / 10), 0);
    expect(people).toEqual([[PEOPLE, orders]]);
    const { body } = await server.api(`/api/profiles/anonymous_id:a-${batches[0]?.identified}`);
    expect(body.identifiers.map(({ type }: { type: string }) => type)).toEqual(["user_id", "email", "anonymous_id"]);
    expect(await server.stop()).toBe(0);
  });
});
