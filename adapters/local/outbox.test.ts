import { describe, expect, it } from "vitest";
import { messageNamed } from "#test/contracts/outbox.ts";
import { openDatabase } from "./database.ts";
import { localOutbox } from "./outbox.ts";
import { localChannel } from "./outbox-channel.ts";
import { localMessageLedger } from "./outbox-ledger.ts";

const open = () => {
  const database = openDatabase(":memory:", "");
  return {
    database,
    outbox: localOutbox(database),
    ledger: localMessageLedger(database),
    channel: localChannel(database, () => 7_000),
  };
};

describe("the outbox of one machine", () => {
  it("shows messages latest first, with what became of each, a page at a time", async () => {
    const { outbox, ledger, channel } = open();
    const messages = ["a", "b", "c", "d", "e"].map((id) => messageNamed(id));
    await outbox.plan(messages);
    await ledger.claim(["a", "b"], { at: 1_000, staleBefore: 0 });
    await channel.send(messages.slice(0, 1));
    const at = 2_000;
    await ledger.settle([{ messageId: "a", status: "sent", reason: null, providerId: null, at }]);
    const first = outbox.list({}, { limit: 3 });
    expect(first.messages.map(({ id }) => id)).toEqual(["e", "d", "c"]);
    const rest = outbox.list({}, { limit: 3, before: first.next });
    expect(rest.messages).toEqual([
      { ...messageNamed("b"), status: "claimed", reason: null, settledAt: null, deliveries: 0 },
      { ...messageNamed("a"), status: "sent", reason: null, settledAt: at, deliveries: 1 },
    ]);
    expect(rest.next).toBeUndefined();
  });

  it("finds messages by campaign, run, person, address and status", async () => {
    const { outbox, ledger } = open();
    await outbox.plan([
      messageNamed("a"),
      messageNamed("b", { campaignId: "summer", runId: "r2", profileId: "p_b" }),
      messageNamed("c", { campaignId: "summer" }),
    ]);
    await ledger.claim(["c"], { at: 1_000, staleBefore: 0 });
    const found = (filter: Parameters<typeof outbox.list>[0]) =>
      outbox.list(filter, { limit: 10 }).messages.map(({ id }) => id);
    expect(found({ campaignId: "summer" })).toEqual(["c", "b"]);
    expect(found({ campaignId: "summer", runId: "r2" })).toEqual(["b"]);
    expect(found({ profileId: "p_b" })).toEqual(["b"]);
    expect(found({ address: "a@example.org" })).toEqual(["a"]);
    expect(found({ status: "planned" })).toEqual(["b", "a"]);
    expect(found({ status: "x' OR 1=1 --" })).toEqual([]);
  });

  it("finds what is due by an index, however much was sent before", async () => {
    const { database } = open();
    const plan = database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT message FROM outbox WHERE status IN ('planned', 'claimed') AND position > 0
         AND message IS NOT NULL ORDER BY position LIMIT 100`,
      )
      .all();
    expect(plan.map(({ detail }) => detail)).toEqual(["SEARCH outbox USING INDEX outbox_due (position>?)"]);
  });

  it("keeps a claim made before the message was planned, and what it learnt of it", async () => {
    const { outbox, ledger } = open();
    await ledger.claim(["a"], { at: 1_000, staleBefore: 0 });
    expect(await outbox.planned(["a"])).toEqual(new Set());
    expect(await outbox.due(10)).toEqual([]);
    await outbox.plan([messageNamed("a")]);
    expect((await ledger.claim(["a"], { at: 1_000, staleBefore: 0 })).get("a")).toEqual({ kind: "busy" });
    expect((await outbox.due(10)).map(({ id }) => id)).toEqual(["a"]);
  });

  it("remembers what arrived, for a sender that does not know what became of its messages", async () => {
    const { channel } = open();
    await channel.send([messageNamed("a")]);
    expect(await channel.recall?.([messageNamed("a"), messageNamed("b")])).toEqual([
      { kind: "accepted", providerId: null },
      { kind: "later", reason: "not_delivered" },
    ]);
  });
});
