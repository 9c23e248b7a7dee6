import type { SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { memoryLakeWriter } from "#adapters/memory/lake-writer.ts";
import { memoryMessageLedger } from "#adapters/memory/message-ledger.ts";
import type { Message } from "#core/campaigns/message.ts";
import type { MessageEventRow } from "#core/campaigns/message-event-row.ts";
import type { MessageLedger, Outcome } from "#core/campaigns/ports.ts";
import { messageNamed } from "#test/contracts/outbox.ts";
import { sendHandler } from "./handler.ts";

const LEASE = 1_000;

const delivered = (messages: Readonly<Record<string, Message | string>>): SQSEvent => ({
  Records: Object.entries(messages).map(([messageId, message]) => {
    const body = typeof message === "string" ? message : JSON.stringify({ v: 1, message });
    return { messageId, body } as SQSEvent["Records"][number];
  }),
});

function tellingLedger(ledger: MessageLedger, happened: string[]): MessageLedger {
  return {
    claim: async (ids, when) => {
      happened.push(`claim ${ids.join(" ")}`);
      return ledger.claim(ids, when);
    },
    settle: async (settlements) => {
      happened.push(`settle ${settlements.map(({ messageId, status }) => `${messageId} ${status}`).join(" ")}`);
      await ledger.settle(settlements);
    },
    release: async (ids, at) => {
      happened.push(`release ${ids.join(" ")}`);
      await ledger.release(ids, at);
    },
  };
}

/** Every port appends to one list, so that a test sees what happened and in which order. */
function recordingWorld(outcomes: Readonly<Record<string, Outcome | "throws">> = {}) {
  const happened: string[] = [];
  const sent: string[] = [];
  let now = 10_000;
  let lakeBroken = false;
  const ledger = memoryMessageLedger();
  const lake = memoryLakeWriter<{ readonly message_events: MessageEventRow }>();
  const handler = sendHandler({
    clock: () => now,
    lease: LEASE,
    ledger: tellingLedger(ledger, happened),
    channels: {
      email: {
        send: async (messages) => {
          const ids = messages.map(({ id }) => id);
          happened.push(`send ${ids.join(" ")}`);
          sent.push(...ids);
          return ids.map((id) => {
            const outcome = outcomes[id] ?? { kind: "accepted", providerId: `ses-${id}` };
            if (outcome === "throws") throw new Error("the provider's client broke");
            return outcome;
          });
        },
      },
    },
    lake: {
      append: async (table, rows) => {
        if (lakeBroken) throw new Error("the stream is out of reach");
        happened.push(`${table} ${rows.map(({ message_id, status }) => `${message_id} ${status}`).join(" ")}`);
        await lake.append(table, rows);
      },
    },
    onReport: () => {},
    onTrouble: (_error, messageId) => happened.push(`trouble with ${messageId}`),
  });
  const failedOf = async (messages: Readonly<Record<string, Message | string>>): Promise<readonly string[]> =>
    (await handler(delivered(messages))).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  return {
    failedOf,
    happened,
    sent,
    ledger,
    setLakeBroken: (is: boolean) => {
      lakeBroken = is;
    },
    wait: (ms: number) => {
      now += ms;
    },
  };
}

describe("the send function", () => {
  it("claims, sends, settles and records, in this order", async () => {
    const { failedOf, happened } = recordingWorld();
    expect(await failedOf({ q1: messageNamed("a"), q2: messageNamed("b") })).toEqual([]);
    expect(happened).toEqual(["claim a b", "send a b", "settle a sent b sent", "message_events a sent b sent"]);
  });

  it("sends a message once, however often and in how many batches it is delivered", async () => {
    const { failedOf, sent } = recordingWorld();
    expect(await failedOf({ q1: messageNamed("a"), q2: messageNamed("a") })).toEqual([]);
    expect(await failedOf({ q3: messageNamed("a") })).toEqual([]);
    expect(sent).toEqual(["a"]);
  });

  it("has delivered again what the provider could not take yet, every copy of it, and sends it then", async () => {
    const outcomes: Record<string, Outcome> = { b: { kind: "later", reason: "throttled" } };
    const { failedOf, sent, happened } = recordingWorld(outcomes);
    const again = await failedOf({ q1: messageNamed("a"), q2: messageNamed("b"), q3: messageNamed("b") });
    expect(again).toEqual(["q2", "q3"]);
    expect(happened).toContain("release b");
    delete outcomes.b;
    expect(await failedOf({ q2: messageNamed("b") })).toEqual([]);
    expect(sent).toEqual(["a", "b", "b"]);
  });

  it("records what the provider refused, what it may have taken, and what no channel takes", async () => {
    const { failedOf, happened } = recordingWorld({
      a: { kind: "refused", reason: "no such address" },
      b: { kind: "uncertain", reason: "timed out" },
    });
    const batch = { q1: messageNamed("a"), q2: messageNamed("b"), q3: messageNamed("c", { channel: "sms" }) };
    expect(await failedOf(batch)).toEqual([]);
    expect(happened.at(-1)).toBe("message_events a failed b uncertain c failed");
  });

  it("does not send again what a broken channel may have sent: once the claim lapsed it is recorded as uncertain", async () => {
    const { failedOf, happened, sent, wait } = recordingWorld({ a: "throws" });
    expect(await failedOf({ q1: messageNamed("a"), q2: messageNamed("b", { channel: "push" }) })).toEqual(["q1"]);
    expect(happened).toContain("trouble with a channel");
    expect(await failedOf({ q1: messageNamed("a") })).toEqual(["q1"]);
    wait(LEASE + 1);
    expect(await failedOf({ q1: messageNamed("a") })).toEqual([]);
    expect(happened.at(-1)).toBe("message_events a uncertain");
    expect(sent).toEqual(["a"]);
  });

  it("records what it sent though the lake was out of reach at first, and does not send it again", async () => {
    const { failedOf, happened, sent, setLakeBroken } = recordingWorld();
    setLakeBroken(true);
    expect(await failedOf({ q1: messageNamed("a") })).toEqual(["q1"]);
    setLakeBroken(false);
    expect(await failedOf({ q1: messageNamed("a") })).toEqual([]);
    expect(happened.at(-1)).toBe("message_events a sent");
    expect(sent).toEqual(["a"]);
  });

  it("lets what it cannot read fail alone", async () => {
    const { failedOf, sent } = recordingWorld();
    const batch = {
      q1: "{",
      q2: "null",
      q3: JSON.stringify({ v: 2, message: messageNamed("x") }),
      q4: messageNamed("a"),
    };
    expect(await failedOf(batch)).toEqual(["q1", "q2", "q3"]);
    expect(sent).toEqual(["a"]);
  });
});
