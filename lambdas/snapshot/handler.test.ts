import type { SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import { memorySnapshots } from "#adapters/memory/snapshots.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { SnapshotRun, SnapshotState } from "#core/segments/snapshot-state.ts";
import { snapshotHandler } from "./handler.ts";

const NOW = Date.UTC(2026, 10, 2, 10);

const delivered = (bodies: Readonly<Record<string, unknown>>): SQSEvent => ({
  Records: Object.entries(bodies).map(
    ([messageId, body]) =>
      ({ messageId, body: typeof body === "string" ? body : JSON.stringify(body) }) as SQSEvent["Records"][number],
  ),
});

const longTime = { getRemainingTimeInMillis: () => 900_000 };
const noTime = { getRemainingTimeInMillis: () => 30_000 };
const one = (segmentId: string) => ({ v: 1, kind: "one", segmentId, runId: "r1", now: NOW });
const all = { v: 1, kind: "all", now: "2026-11-02T10:00:00Z" };

/** Every port appends to one list, so that a test sees what happened and in which order. */
async function recordingWorld(people: number) {
  const happened: string[] = [];
  const started: SnapshotRun[] = [];
  let broken = false;
  const members = Array.from({ length: people }, (_, at) => `p${String(at).padStart(6, "0")}`);
  const lake = {
    query: async (sql: string) => {
      if (broken) throw new Error("the lake is out of reach");
      const rows = sql.includes("segment_members") || sql.includes("WHERE FALSE") ? [] : members.map((id) => [id]);
      return { columns: [{ name: "profile_id", type: "varchar" }], rows };
    },
  };
  const segments = memoryDefinitions<SegmentDefinition>(() => NOW);
  for (const id of ["a", "b"]) await segments.put(id, { name: id, condition: { trait: "plan", eq: "pro" } }, 0);
  await segments.put("old", { name: "old", condition: { trait: "plan", eq: "pro" }, archived: true }, 0);
  await segments.put("lost", { name: "lost", condition: { segment: "gone" } }, 0);
  const states = memoryDefinitions<SnapshotState>(() => NOW);
  const handler = snapshotHandler({
    segments,
    states,
    store: memorySnapshots(lake),
    segmentSql: () => "SELECT profile_id FROM profiles",
    tell: async (rows) => void happened.push(`tell ${rows.length} of ${rows[0]?.segment_id}`),
    start: async (run) => {
      happened.push(`start ${run.segmentId}`);
      started.push(run);
    },
    onReport: ({ kind, entered }, { segmentId }) => happened.push(`${segmentId} ${kind} ${entered}`),
    onRefused: ({ code }, messageId) => happened.push(`${messageId} refused: ${code}`),
    onTrouble: (_error, messageId) => happened.push(`trouble with ${messageId}`),
  });
  return {
    handler,
    happened,
    started,
    states,
    setBroken: (is: boolean) => {
      broken = is;
    },
  };
}

describe("the snapshot function", () => {
  it("asks for each segment that is due by itself, in the name of the schedule's time, however often it is asked", async () => {
    const { handler, happened, started, states } = await recordingWorld(3);
    expect(await handler(delivered({ x: all }), longTime)).toEqual({ batchItemFailures: [] });
    expect(started).toEqual(
      ["a", "b", "lost"].map((segmentId) => ({ segmentId, runId: "at-20261102t100000z", now: NOW })),
    );
    for (const run of started.splice(0))
      await handler(delivered({ [run.segmentId]: { v: 1, kind: "one", ...run } }), longTime);
    expect(happened).toContain("lost refused: segment.unknown_segment");
    expect((await states.get("a"))?.definition.committed).toMatchObject({ members: 3, now: NOW });
    await handler(delivered({ x: all }), longTime);
    expect(
      started.map(({ segmentId }) => segmentId),
      "what was evaluated at that time is not due",
    ).toEqual(["lost"]);
  });

  it("asks for the rest when time runs out, and goes on where it stopped", async () => {
    const { handler, happened, started } = await recordingWorld(1_200);
    await handler(delivered({ m: one("a") }), noTime);
    expect(happened).toEqual(["tell 500 of a", "a paused 500", "start a"]);
    expect(started).toEqual([{ segmentId: "a", runId: "r1", now: NOW }]);
    await handler(delivered({ m: one("a") }), longTime);
    expect(happened.slice(3)).toEqual(["tell 500 of a", "tell 200 of a", "a finished 1200"]);
  });

  it("has a run delivered again where something broke, and its neighbours not", async () => {
    const { handler, happened, setBroken } = await recordingWorld(2);
    const bodies = { a: "{", b: { ...one("a"), v: 2 }, c: "null", d: { v: 1, kind: "all" }, e: one("b") };
    const ids = async (sent: Readonly<Record<string, unknown>>) =>
      (await handler(delivered(sent), longTime)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    expect(await ids(bodies)).toEqual(["a", "b", "c", "d"]);
    setBroken(true);
    expect(await ids({ f: one("a") })).toEqual(["f"]);
    setBroken(false);
    expect(await ids({ f: one("a") })).toEqual([]);
    expect(happened.slice(-2)).toEqual(["tell 2 of a", "a finished 2"]);
  });
});
