import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Claim, MessageLedger, Settlement } from "#core/campaigns/ports.ts";

export interface OpenMessageLedger {
  readonly ledger: MessageLedger;
  /** The same ledger as another process would open it after this one died. */
  readonly reopen?: () => Promise<OpenMessageLedger>;
  readonly close: () => Promise<void>;
}

const settlement = (messageId: string, over: Partial<Settlement> = {}): Settlement => ({
  messageId,
  status: "sent",
  reason: null,
  providerId: "provider-1",
  at: 2_000,
  ...over,
});

const YOURS: Claim = { kind: "yours", interrupted: false };
const INTERRUPTED: Claim = { kind: "yours", interrupted: true };

/** What every ledger of messages promises. */
export function messageLedgerContract(name: string, open: () => Promise<OpenMessageLedger>): void {
  describe(`MessageLedger: ${name}`, () => {
    let opened: OpenMessageLedger;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    const claim = async (id: string, at: number, staleBefore = at - 500): Promise<Claim | undefined> =>
      (await opened.ledger.claim([id], { at, staleBefore })).get(id);

    it("gives each message to the first who claims it, and to nobody else", async () => {
      const claims = await opened.ledger.claim(["a", "b"], { at: 1_000, staleBefore: 500 });
      expect(claims).toEqual(
        new Map([
          ["a", YOURS],
          ["b", YOURS],
        ]),
      );
      expect(await claim("a", 1_001)).toEqual({ kind: "busy" });
    });

    it("gives a message to one of many who claim it at the same time", async () => {
      const claims = await Promise.all(Array.from({ length: 8 }, () => claim("a", 1_000)));
      expect(claims.filter((answer) => answer?.kind === "yours")).toEqual([YOURS]);
      expect(claims.filter((answer) => answer?.kind === "busy")).toHaveLength(7);
    });

    it("gives a lapsed claim to one of those who ask, and says that it was interrupted", async () => {
      await claim("a", 1_000, 0);
      expect(await claim("a", 2_000, 1_000)).toEqual({ kind: "busy" });
      const claims = await Promise.all([claim("a", 2_001, 1_001), claim("a", 2_001, 1_001)]);
      expect(claims).toContainEqual(INTERRUPTED);
      expect(claims).toContainEqual({ kind: "busy" });
    });

    it("tells everybody after what became of a message, and gives it to nobody", async () => {
      await claim("a", 1_000);
      await opened.ledger.settle([settlement("a")]);
      expect(await claim("a", 9_000)).toEqual({ kind: "settled", settlement: settlement("a") });
    });

    it("keeps the first word on a message, save that knowing replaces not knowing", async () => {
      const refused = settlement("b", { status: "failed", reason: "no such address", providerId: null });
      const unsure = settlement("a", { status: "uncertain", reason: "interrupted", providerId: null });
      await opened.ledger.claim(["a", "b"], { at: 1_000, staleBefore: 0 });
      await opened.ledger.settle([unsure, refused]);
      await opened.ledger.settle([settlement("a"), settlement("b")]);
      await opened.ledger.settle([unsure]);
      expect(await claim("a", 9_000)).toEqual({ kind: "settled", settlement: settlement("a") });
      expect(await claim("b", 9_000)).toEqual({ kind: "settled", settlement: refused });
    });

    it("gives a released message to the next who asks, as if nobody had had it", async () => {
      await claim("a", 1_000);
      await opened.ledger.release(["a"], 1_000);
      expect(await claim("a", 1_001)).toEqual(YOURS);
    });

    it("leaves a claim alone that is not the one released, and what is settled", async () => {
      await claim("a", 1_000);
      await claim("a", 3_000, 2_000);
      await opened.ledger.release(["a"], 1_000);
      expect(await claim("a", 3_001)).toEqual({ kind: "busy" });
      await opened.ledger.settle([settlement("a")]);
      await opened.ledger.release(["a"], 3_000);
      expect((await claim("a", 9_000))?.kind).toBe("settled");
    });

    it("answers for more messages than one request of any store can hold", async () => {
      const ids = Array.from({ length: 130 }, (_, at) => `m${at}`);
      const claims = await opened.ledger.claim(ids, { at: 1_000, staleBefore: 0 });
      expect(claims).toEqual(new Map(ids.map((id) => [id, YOURS])));
    });

    it("keeps claims and settlements when the process dies", async ({ skip }) => {
      if (opened.reopen === undefined) return skip("this ledger does not outlive its process");
      await opened.ledger.claim(["a", "b"], { at: 1_000, staleBefore: 0 });
      await opened.ledger.settle([settlement("b")]);
      opened = await opened.reopen();
      expect(await claim("a", 1_001)).toEqual({ kind: "busy" });
      expect((await claim("b", 1_001))?.kind).toBe("settled");
    });
  });
}
