import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import { memorySnapshots } from "#adapters/memory/snapshots.ts";
import type { SegmentChangeRow } from "./segment-change-row.ts";
import type { SegmentDefinition } from "./segment-definition.ts";
import { type SnapshotPorts, snapshotSegment } from "./snapshot-segment.flow.ts";
import type { SnapshotState } from "./snapshot-state.ts";

const AT = Date.UTC(2026, 10, 2, 10);
const run = (nth: number) => ({ segmentId: "vip", runId: `r${nth}`, now: AT + nth * 3_600_000 });

/** A world in which the lake answers whoever is said to be in, and every call of a port can be the last. */
function snapshotWorld(dieAt = Number.POSITIVE_INFINITY, when: "before" | "after" = "before") {
  let [members, calls]: [readonly string[], number] = [[], 0];
  const lake = {
    query: async (sql: string) => ({
      columns: [{ name: "profile_id", type: "VARCHAR" }],
      rows: (sql.includes("segment_members") ? known() : sql.includes("WHERE FALSE") ? [] : members).map((id) => [id]),
    }),
  };
  const rows: SegmentChangeRow[] = [];
  /** Who is in by all that was told. */
  const known = (): readonly string[] => {
    const last = new Map(rows.map(({ profile_id, change }) => [profile_id, change]));
    return [...last].filter(([, change]) => change === "entered").map(([id]) => id);
  };
  const segments = memoryDefinitions<SegmentDefinition>(() => AT);
  const states = memoryDefinitions<SnapshotState>(() => AT);
  const store = memorySnapshots(lake);
  const mortal = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function" || name === "read") return method;
        return async (...args: readonly unknown[]) => {
          const dies = calls++ === dieAt;
          if (dies && when === "before") throw new Error("dead");
          const answer: unknown = await Reflect.apply(method, target, args);
          if (dies) throw new Error("dead");
          return answer;
        };
      },
    });
  const ports: SnapshotPorts = {
    segments: mortal(segments),
    states: mortal(states),
    store: mortal(store),
    segmentSql: () => "SELECT profile_id FROM profiles",
    tell: mortal({ tell: async (told: readonly SegmentChangeRow[]) => void rows.push(...told) }).tell,
  };
  return {
    ports,
    rows,
    segments,
    states,
    store,
    calls: () => calls,
    setMembers: (ids: readonly string[]) => {
      members = [...ids].sort();
    },
  };
}

type World = ReturnType<typeof snapshotWorld>;
const named = (definition: Partial<SegmentDefinition> = {}): SegmentDefinition => ({
  name: "VIP",
  condition: { trait: "plan", eq: "pro" },
  ...definition,
});

/** Asked again after each death, as a queue does, until it ends. */
async function untilDone(world: World, asked: Parameters<typeof snapshotSegment>[1]) {
  for (let tries = 0; tries < 5; tries++) {
    const done = await snapshotSegment(world.ports, asked).catch((error: Error) => error);
    if (!(done instanceof Error)) return done;
    expect(done.message).toBe("dead");
  }
  throw new Error("it never ended");
}

/** Each row once, whatever was told twice. */
const distinct = (rows: readonly SegmentChangeRow[]) =>
  [...new Set(rows.map(({ cause, change, profile_id }) => `${cause} ${change} ${profile_id}`))].sort();

const FIRST = ["a", "b", "c", "d"];
const SECOND = ["b", "d", "e"];
const EXPECTED = [
  ...FIRST.map((id) => `snapshot:r1 entered ${id}`),
  "snapshot:r2 entered e",
  "snapshot:r2 left a",
  "snapshot:r2 left c",
].sort();

async function twoRuns(world: World): Promise<void> {
  await world.segments.put("vip", named(), 0);
  world.setMembers(FIRST);
  await untilDone(world, run(1));
  world.setMembers(SECOND);
  await untilDone(world, run(2));
}

describe("a snapshot of a segment", () => {
  it("tells who came in and who left since the one before, and is told once", async () => {
    const world = snapshotWorld();
    await twoRuns(world);
    expect(distinct(world.rows)).toEqual(EXPECTED);
    expect(world.rows).toHaveLength(EXPECTED.length);
    expect(world.rows[0]).toEqual({
      segment_id: "vip",
      definition_version: 1,
      profile_id: "a",
      change: "entered",
      evaluated_at: "2026-11-02T11:00:00.000Z",
      cause: "snapshot:r1",
      dt: "2026-11-02",
    });
    expect(await snapshotSegment(world.ports, run(2))).toMatchObject({ kind: "finished", members: 3, entered: 0 });
    expect(await snapshotSegment(world.ports, run(1))).toMatchObject({ kind: "superseded" });
    await snapshotSegment(world.ports, run(3));
    await snapshotSegment(world.ports, run(4));
    expect(world.store.all.size, "the lists of the last run are kept, no others").toBe(2);
  });

  it("tells the same, each once, whichever port call it dies before or after", async () => {
    const healthy = snapshotWorld();
    await twoRuns(healthy);
    expect(healthy.calls()).toBeGreaterThan(10);
    for (let call = 0; call < healthy.calls(); call++) {
      for (const when of ["before", "after"] as const) {
        const world = snapshotWorld(call, when);
        await twoRuns(world);
        for (const nth of [3, 4]) await untilDone(world, run(nth));
        expect(world.store.all.size, "nothing is left lying about").toBe(2);
        expect(distinct(world.rows), `death ${when} call ${call}`).toEqual(EXPECTED);
        expect((await world.states.get("vip"))?.definition).toMatchObject({
          committed: { runId: "r4", members: 3 },
          telling: null,
        });
      }
    }
  });

  it("carries a run that was being told to its end before a later one, though the world has changed since", async () => {
    const world = snapshotWorld();
    await world.segments.put("vip", named(), 0);
    world.setMembers(FIRST);
    const dying = { ...world.ports, tell: async () => Promise.reject(new Error("dead")) };
    await expect(snapshotSegment(dying, run(1))).rejects.toThrow("dead");
    world.setMembers(SECOND);
    await snapshotSegment(world.ports, run(2));
    expect(distinct(world.rows)).toEqual(EXPECTED);
  });

  it("pauses when time runs out and goes on behind where it stopped", async () => {
    const world = snapshotWorld();
    await world.segments.put("vip", named(), 0);
    const people = Array.from({ length: 1_700 }, (_, at) => `p${String(at).padStart(5, "0")}`);
    world.setMembers(people);
    const kinds: string[] = [];
    for (let part = 0; part < 6; part++) {
      const done = await snapshotSegment(world.ports, run(1), { mayGoOn: () => false });
      kinds.push(done.kind);
      if (done.kind === "finished") break;
      world.setMembers(["somebody-else"]);
    }
    expect(kinds).toEqual(["paused", "paused", "paused", "paused", "finished"]);
    expect(
      world.rows.map(({ profile_id }) => profile_id),
      "nobody is told of twice",
    ).toEqual(people);
    expect((await world.states.get("vip"))?.definition.committed?.members).toBe(1_700);
  });

  it("made twice at once tells one list only", async () => {
    const world = snapshotWorld();
    await world.segments.put("vip", named(), 0);
    let asked = 0;
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const racing: SnapshotPorts = {
      ...world.ports,
      store: {
        ...world.store,
        // The first to ask is the last to be answered.
        take: async (...args) => {
          const isFirst = asked++ === 0;
          world.setMembers(isFirst ? FIRST : SECOND);
          await world.store.take(...args);
          (isFirst ? first : second).resolve();
          if (isFirst) await second.promise;
        },
      },
    };
    const one = snapshotSegment(racing, run(1));
    await first.promise;
    await Promise.all([one, snapshotSegment(racing, run(1))]);
    const entered = [...new Set(world.rows.map(({ profile_id }) => profile_id))].sort();
    const { committed } = (await world.states.get("vip"))?.definition ?? {};
    expect([FIRST, SECOND]).toContainEqual(entered);
    expect(committed?.members).toBe(entered.length);
  });

  it("has nobody left in a segment that was archived, or is gone", async () => {
    for (const end of ["archive", "delete"] as const) {
      const world = snapshotWorld();
      await twoRuns(world);
      if (end === "archive") await world.segments.put("vip", named({ archived: true }), 1);
      else await world.segments.delete("vip");
      expect(await snapshotSegment(world.ports, run(3))).toEqual({ kind: "finished", members: 0, entered: 0, left: 3 });
    }
  });

  it("says no to a segment that cannot be evaluated, and leaves what counted as it was", async () => {
    const world = snapshotWorld();
    await twoRuns(world);
    await world.segments.put("vip", named({ condition: { segment: "gone" } }), 1);
    expect(await snapshotSegment(world.ports, run(3))).toMatchObject({ code: "segment.unknown_segment" });
    expect((await world.states.get("vip"))?.definition.committed?.runId).toBe("r2");
  });

  it("follows any history of lists: what was told adds up to who is in", async () => {
    const someone = fc.constantFrom("a", "b", "c", "d", "e", "f");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uniqueArray(someone), { maxLength: 6 }), async (lists) => {
        const world = snapshotWorld();
        await world.segments.put("vip", named(), 0);
        const members = new Set<string>();
        for (const [nth, list] of lists.entries()) {
          world.setMembers(list);
          const told = world.rows.length;
          await snapshotSegment(world.ports, run(nth + 1));
          for (const { change, profile_id } of world.rows.slice(told)) {
            expect(members.has(profile_id)).toBe(change === "left");
            if (change === "entered") members.add(profile_id);
            else members.delete(profile_id);
          }
          expect([...members].sort()).toEqual([...list].sort());
        }
      }),
      { numRuns: 200 },
    );
  });
});
