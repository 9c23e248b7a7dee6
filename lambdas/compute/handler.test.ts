import type { SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { memoryComputedStore } from "#adapters/memory/computed-store.ts";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import type { RefreshState } from "#core/computed/refresh-state.ts";
import { computeHandler } from "./handler.ts";

const NOW = Date.UTC(2026, 10, 2, 10);
const orders: ComputedTrait = { name: "orders", event: "Order Completed", measure: "count" };

const delivered = (...bodies: readonly unknown[]): SQSEvent => ({
  Records: bodies.map(
    (body, at) =>
      ({
        messageId: `m${at}`,
        body: typeof body === "string" ? body : JSON.stringify(body),
      }) as SQSEvent["Records"][number],
  ),
});

const longTime = { getRemainingTimeInMillis: () => 900_000 };
const noTime = { getRemainingTimeInMillis: () => 60_000 };
const asked = { v: 1, full: false };

/** Every port appends to one list, so that a test sees what happened and in which order. */
async function recordingWorld() {
  const happened: string[] = [];
  let broken = false;
  const setBroken = (is: boolean): void => {
    broken = is;
  };
  const traits = memoryDefinitions<ComputedTrait>(() => NOW);
  await traits.put("orders", orders, 0);
  const store = memoryComputedStore();
  const handler = computeHandler({
    clock: () => NOW,
    traits,
    state: memoryDefinitions<RefreshState>(() => NOW),
    measured: {
      marks: async () => {
        if (broken) throw new Error("the lake is out of reach");
        return [];
      },
      pages: async (_asked, after) => (after < "b" ? [{ after, upTo: "b" }] : []),
      measure: async () => new Map([["b", { orders: 2 }]]),
    },
    store,
    lake: { append: async (_table, rows) => void happened.push(`append ${rows.length}`) },
    usualDelay: 0,
    goOn: async ({ full }) => happened.push(`go on, full ${full}`),
    onReport: ({ kind, changed }) => happened.push(`${kind}, ${changed} changed`),
    onRefused: ({ code }, messageId) => happened.push(`refused ${messageId}: ${code}`),
    onTrouble: (error, messageId) => happened.push(`trouble ${messageId}: ${(error as Error).message}`),
  });
  return { handler, happened, store, breakLake: setBroken };
}

describe("the compute function", () => {
  it("refreshes what is asked for, and the second time finds nothing to do", async () => {
    const { handler, happened, store } = await recordingWorld();
    expect(await handler(delivered(asked, asked), longTime)).toEqual({ batchItemFailures: [] });
    expect(happened).toEqual(["append 1", "finished, 1 changed", "finished, 0 changed"]);
    expect((await store.read(["b"])).get("b")).toEqual({ run: 1, computed: { orders: 2 } });
  });

  it("asks for the rest where its time runs out, and not for everybody anew", async () => {
    const { handler, happened } = await recordingWorld();
    expect(await handler(delivered({ v: 1, full: true }), noTime)).toEqual({ batchItemFailures: [] });
    expect(happened).toEqual(["paused, 0 changed", "go on, full false"]);
    await handler(delivered(asked), longTime);
    expect(happened.slice(2)).toEqual(["append 1", "finished, 1 changed"]);
  });

  it("hands back what failed, so that it is delivered again, and tells", async () => {
    const { handler, happened, breakLake } = await recordingWorld();
    breakLake(true);
    expect(await handler(delivered(asked), longTime)).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });
    breakLake(false);
    expect(await handler(delivered(asked), longTime)).toEqual({ batchItemFailures: [] });
    expect(happened).toEqual(["trouble m0: the lake is out of reach", "append 1", "finished, 1 changed"]);
  });

  it.each(["not JSON", "null", { v: 2, full: false }, { v: 1 }])(
    "hands back what is no message of its: %j",
    async (body) => {
      const { handler, happened } = await recordingWorld();
      expect(await handler(delivered(body), longTime)).toEqual({ batchItemFailures: [{ itemIdentifier: "m0" }] });
      expect(happened).toHaveLength(1);
    },
  );
});
