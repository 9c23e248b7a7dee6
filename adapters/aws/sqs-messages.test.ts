import { describe, expect, it } from "vitest";
import { messageNamed } from "#test/contracts/outbox.ts";
import { callsFor } from "./sqs-messages.ts";

describe("messages on the send queue", () => {
  it("go ten in a call, or as many as fit into one", () => {
    const small = Array.from({ length: 25 }, (_, at) => messageNamed(`m${at}`));
    expect(callsFor(small).map((call) => call.length)).toEqual([10, 10, 5]);
    const large = Array.from({ length: 6 }, (_, at) =>
      messageNamed(`m${at}`, { content: { html: "é".repeat(120_000) } }),
    );
    const calls = callsFor(large);
    expect(calls.flat()).toHaveLength(6);
    for (const call of calls) {
      expect(call.reduce((sum, { MessageBody = "" }) => sum + Buffer.byteLength(MessageBody), 0)).toBeLessThan(
        1_048_576,
      );
    }
    expect(callsFor([])).toEqual([]);
  });

  it("come back as they were, with what SQS does not take written another way", () => {
    const message = messageNamed("m1", { content: { text: "\uFFFE \uFFFF é \u{1F33B}" } });
    const [[entry] = []] = callsFor([message]);
    expect(entry?.MessageBody).not.toMatch(/[\uFFFE\uFFFF]/);
    expect(JSON.parse(entry?.MessageBody ?? "")).toEqual({ v: 1, message });
  });
});
