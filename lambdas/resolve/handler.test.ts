import type { SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { identifierKey } from "#core/kernel/identifier.ts";
import { resolveHandler } from "./handler.ts";

const event = (userId: string): Event => ({
  messageId: `m-${userId}`,
  source: "shop",
  trust: "server",
  type: "track",
  name: "Seen",
  identifiers: [{ type: "user_id", value: userId }],
  eventTime: 1_000,
  receivedAt: 1_000,
  properties: {},
  traits: {},
  context: {},
});

const keyOf = (userId: string) => identifierKey({ type: "user_id", value: userId });

/** A queue's batch as Lambda delivers it; the handler looks at nothing else of a record. */
const delivered = (bodies: Readonly<Record<string, string>>): SQSEvent => ({
  Records: Object.entries(bodies).map(([messageId, body]) => ({ messageId, body }) as SQSEvent["Records"][number]),
});

const message = (...userIds: readonly string[]): string =>
  JSON.stringify({ v: 1, events: userIds.map(event), assertions: [] });

/** Every port appends to one list, so that a test sees what happened and in which order. */
function recordingWorld(options: { readonly poisoned?: string } = {}) {
  const happened: string[] = [];
  const store = memoryProfileStore();
  const poisoned = options.poisoned === undefined ? undefined : keyOf(options.poisoned);
  const handler = resolveHandler({
    store: {
      read: async (keys, asked) => {
        happened.push(`read ${keys.length}`);
        return store.read(keys, asked);
      },
      write: async (lists) => {
        if (lists.flat().some(({ key }) => key === poisoned)) {
          happened.push("write fails");
          throw new Error("an item is too large");
        }
        happened.push(`write ${lists.length}`);
        return store.write(lists);
      },
    },
    pause: async () => {},
    rules: defaultIdentityRules,
    onTrouble: (_error, messageId) => happened.push(`trouble with ${messageId}`),
    onQuarantine: (components) => happened.push(`quarantined ${components}`),
  });
  return { handler, happened, store };
}

describe("the resolve function", () => {
  it("absorbs a whole batch with one read and one write call", async () => {
    const { handler, happened, store } = recordingWorld();
    const answer = await handler(delivered({ a: message("u1", "u2"), b: message("u1", "u3") }));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(happened).toEqual(["read 3", "write 3"]);
    expect([...store.all.keys()].sort()).toEqual(["u1", "u2", "u3"].map(keyOf).sort());
  });

  it("lets a poisoned message fail alone", async () => {
    const { handler, happened, store } = recordingWorld({ poisoned: "u2" });
    const answer = await handler(delivered({ a: message("u1"), b: message("u2"), c: message("u3") }));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "b" }] });
    expect(happened.filter((what) => what.startsWith("trouble"))).toEqual(["trouble with b"]);
    expect([...store.all.keys()].sort()).toEqual(["u1", "u3"].map(keyOf).sort());
  });

  it("answers messages it cannot read as failed, and takes in their neighbours", async () => {
    const { handler, store } = recordingWorld();
    const bodies = { a: "{", b: JSON.stringify({ v: 2, events: [], assertions: [] }), c: "null", d: message("u1") };
    const answer = await handler(delivered(bodies));
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(["a", "b", "c"]);
    expect([...store.all.keys()]).toEqual([keyOf("u1")]);
  });

  it("does no harm when a batch is delivered again", async () => {
    const { handler, store } = recordingWorld();
    await handler(delivered({ a: message("u1") }));
    const once = store.all.get(keyOf("u1"));
    await handler(delivered({ a: message("u1") }));
    const twice = store.all.get(keyOf("u1"));
    expect(twice?.kind === "component" && twice.component).toEqual(once?.kind === "component" && once.component);
  });
});
