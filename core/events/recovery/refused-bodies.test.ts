import { describe, expect, it } from "vitest";
import type { BadEvent } from "#core/events/bad-event.ts";
import { RECEIVED, recoveryWorld, refusedWhole } from "#test/support/recovery-world.ts";
import type { RecoveryOutcome } from "./outcome.ts";
import type { RecoveryPorts } from "./ports.ts";
import { recoverBadEvents } from "./recover-bad-events.flow.ts";
import { RecoveryRule } from "./rule.ts";

const rules = (...written: readonly object[]) => written.map((one) => RecoveryRule.parse(one));
const NAME_IT = rules({ do: "rename", from: "name", to: "event" });

const nameless = (id: string, more: object = {}): object => ({
  type: "track",
  userId: "u1",
  messageId: id,
  name: "Seen",
  ...more,
});
const tried = (ports: RecoveryPorts, bad: readonly BadEvent[], by = NAME_IT) =>
  recoverBadEvents(ports, bad, { rules: by, dryRun: false });
const kinds = (outcomes: readonly RecoveryOutcome[]): readonly string[] => outcomes.map(({ kind }) => kind);

describe("bodies that were refused whole", () => {
  it("are unpacked: the good go in, the bad are kept by themselves, and the body is done with", async () => {
    const batch = [{ ...nameless("a"), event: "Seen" }, nameless("b"), 7];
    const sentAt = "2026-11-02T10:05:00Z";
    const bad = await refusedWhole({ batch, sentAt }, "batch.too_long", { type: "track", anonymousId: "a1" });
    const world = recoveryWorld();
    const [outcome] = await tried(world.ports, [bad], []);
    expect(outcome).toMatchObject({
      kind: "unpacked",
      parts: {
        recovered: 1,
        stillBad: 2,
        first: [
          { position: 0, kind: "recovered", messageId: "a" },
          { position: 1, kind: "still_bad", code: "event.no_name" },
          { position: 2, code: "event.not_an_object" },
        ],
      },
    });
    const [{ events, badEvents } = { events: [], badEvents: [] }] = world.appended;
    expect(events).toMatchObject([{ messageId: "a", sentAt: Date.parse(sentAt), receivedAt: RECEIVED }]);
    expect(badEvents.map(({ code, recovery }) => [code, recovery?.times])).toEqual([
      ["event.no_name", undefined],
      ["event.not_an_object", undefined],
      ["batch.too_long", 1],
    ]);
    expect(badEvents[0]).toMatchObject({
      payload: JSON.stringify(batch[1]),
      position: 1,
      around: { anonymousId: "a1" },
    });
    const parts = badEvents.slice(0, 1);
    expect(kinds(await tried(world.ports, parts))).toEqual(["recovered"]);
    expect(kinds(await tried(world.ports, [bad], []))).toEqual(["already_recovered"]);
  });

  it("stay whole while nothing of them can go in", async () => {
    const bad = await refusedWhole([nameless("a"), nameless("b")], "batch.too_long");
    const world = recoveryWorld();
    expect(await tried(world.ports, [bad], [])).toMatchObject([{ kind: "still_bad", code: "event.no_name" }]);
    expect(world.appended).toEqual([]);
    expect(await tried(world.ports, [bad])).toMatchObject([{ kind: "unpacked", parts: { recovered: 2 } }]);
  });

  it("with a large context go in once a rule has made it small", async () => {
    const context = { traits: { blob: "x".repeat(5_000) }, locale: "fr" };
    const bad = await refusedWhole({ batch: [nameless("a")], context }, "batch.large_context");
    const world = recoveryWorld();
    expect(await tried(world.ports, [bad])).toMatchObject([{ kind: "still_bad", code: "batch.large_context" }]);
    const [outcome] = await tried(
      world.ports,
      [bad],
      [...NAME_IT, ...rules({ do: "drop", path: "context.traits.blob" })],
    );
    expect(outcome?.kind).toBe("unpacked");
    expect(world.appended[0]?.events[0]?.context).toEqual({ traits: {}, locale: "fr" });
  });

  it.each<[string, Promise<BadEvent>, string]>([
    ["bytes", refusedWhole("data:application/octet-stream;base64,AAAA", "body.bad_gzip"), "compressed"],
    ["no JSON", refusedWhole('{"batch":[', "body.not_json"), "not JSON"],
    ["what was cut", refusedWhole(`["${"x".repeat(300_000)}"]`, "body.too_large"), "beginning"],
    ["more than one call can bear", refusedWhole(JSON.stringify(Array(10_001).fill(0)), "batch.too_long"), "10000"],
  ])("cannot be recovered from %s, and it says why", async (_what, bad, why) => {
    const [outcome] = await tried(recoveryWorld().ports, [await bad]);
    expect(outcome).toMatchObject({ kind: "not_recoverable", why: expect.stringContaining(why) });
  });
});
