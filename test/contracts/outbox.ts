import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Message } from "#core/campaigns/message.ts";
import type { Outbox } from "#core/campaigns/ports.ts";

export interface OpenOutbox {
  readonly outbox: Outbox;
  /** What reached the sender so far, repetitions and all. */
  readonly queued: () => Promise<readonly Message[]>;
  /** The same outbox as another process would open it after this one died. */
  readonly reopen?: () => Promise<OpenOutbox>;
  readonly close: () => Promise<void>;
}

export const messageNamed = (id: string, over: Partial<Message> = {}): Message => ({
  id,
  campaignId: "spring",
  runId: "r1",
  profileId: "p_2abc",
  channel: "email",
  to: { type: "email", value: `${id}@example.org` },
  treatment: "a",
  content: { subject: "Salut", text: `Bonjour « ${id} »\n\u{1F33B}` },
  plannedAt: 1_700_000_000_000,
  ...over,
});

/** What every outbox promises. */
export function outboxContract(name: string, open: () => Promise<OpenOutbox>): void {
  describe(`Outbox: ${name}`, () => {
    let opened: OpenOutbox;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it("gives every planned message to the sender, as it was planned", async () => {
      const messages = Array.from({ length: 25 }, (_, at) => messageNamed(`m${at}`));
      await opened.outbox.plan(messages);
      const queued = new Map((await opened.queued()).map((message) => [message.id, message]));
      expect([...queued.values()].sort(byId)).toEqual([...messages].sort(byId));
    });

    it("knows which messages were planned, whatever the order and repetition of what is asked", async () => {
      await opened.outbox.plan([messageNamed("a"), messageNamed("b")]);
      expect(await opened.outbox.planned(["z", "b", "a", "b"])).toEqual(new Set(["a", "b"]));
      expect(await opened.outbox.planned([])).toEqual(new Set());
    });

    it("answers for more ids than one request of any store can hold", async () => {
      await opened.outbox.plan([messageNamed("m7")]);
      expect(await opened.outbox.planned(Array.from({ length: 250 }, (_, at) => `m${at}`))).toEqual(new Set(["m7"]));
    });

    it("takes a message again, in another batch or in the same, and names one id for it", async () => {
      await opened.outbox.plan([messageNamed("a"), messageNamed("b")]);
      await opened.outbox.plan([messageNamed("b"), messageNamed("c")]);
      expect(new Set((await opened.queued()).map(({ id }) => id))).toEqual(new Set(["a", "b", "c"]));
    });

    it("takes large messages beside small ones", async () => {
      const html = "é".repeat(100_000);
      await opened.outbox.plan(["a", "b", "c", "d", "e", "f"].map((id) => messageNamed(id, { content: { html } })));
      const queued = await opened.queued();
      expect(new Set(queued.map(({ id }) => id)).size).toBe(6);
      expect(queued.every(({ content }) => content.html === html)).toBe(true);
    });

    it("keeps what it answered when the process dies", async ({ skip }) => {
      if (opened.reopen === undefined) return skip("this outbox does not outlive its process");
      await opened.outbox.plan([messageNamed("a")]);
      opened = await opened.reopen();
      expect(await opened.outbox.planned(["a"])).toEqual(new Set(["a"]));
      expect((await opened.queued()).map(({ id }) => id)).toEqual(["a"]);
    });
  });
}

const byId = (x: Message, y: Message): number => (x.id < y.id ? -1 : 1);
