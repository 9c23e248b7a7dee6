import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EVENTS_LOG } from "#contracts/lake.ts";
import { DAY, HOUR, isoDay, isoTime } from "#core/kernel/time.ts";
import { lakeObjectsContract } from "#test/contracts/lake-objects.ts";
import { type Compacting, compacting } from "#test/support/compacting.ts";
import { type Hear, type LakeBucket, lakeBucket } from "#test/support/lake-bucket.ts";
import { GRACE_MS } from "./settle-table.ts";

const NOW = Date.UTC(2026, 10, 20, 12);

let bucket: LakeBucket;
beforeEach(async () => {
  bucket = await lakeBucket();
});
afterEach(() => bucket.close());

const settling = (hear?: Hear): Compacting =>
  compacting(bucket, { table: "events_log", from: NOW, ...(hear && { hear }) });
const rows = (sql: string) => bucket.rows(sql);
const keysIn = (prefix: string) => bucket.keysIn(prefix);
const events = () => rows("SELECT source, message_id, event, dt FROM events ORDER BY ALL");
const log = () => rows("SELECT source, message_id, event, dt, received_at FROM events_log ORDER BY ALL");

let received = 0;
/** A file as Firehose writes it, of a day so many days ago. */
async function receive(daysAgo: number, ids: readonly (string | null)[], receivedDaysAgo = daysAgo): Promise<void> {
  const lines = ids.map((id, at) => ({
    ...Object.fromEntries(Object.keys(EVENTS_LOG).map((column) => [column, null])),
    message_id: id,
    source: "shop",
    event: `file ${received} ${at}`,
    identity_key: `user_id:${id}`,
    event_time: isoTime(NOW - daysAgo * DAY),
    received_at: isoTime(NOW - receivedDaysAgo * DAY + received),
    position: at,
  }));
  received++;
  await bucket.receive("events_log", isoDay(NOW - daysAgo * DAY), lines);
}

const received3 = async () => {
  await receive(9, ["a", "b", "a"]);
  await receive(9, ["b", "c"]);
  await receive(4, ["d", "a"]);
  await receive(0, ["e", "c", "e"]);
};

lakeObjectsContract("a folder", async () => {
  const opened = await lakeBucket();
  const objects = opened.objects();
  return { objects, clear: () => objects.remove(opened.keysIn("")), close: async () => opened.close() };
});

describe("the compact function", () => {
  it("settles what is ripe, shows it, and removes what it replaces when no query can still read that", async () => {
    await received3();
    const [before, whole] = [await events(), await log()];
    const { once, pass, reports } = settling();
    await once();
    expect(reports.at(-1)?.removed).toBe(0);
    expect(await events()).toEqual(before);
    pass(GRACE_MS - 1);
    await once();
    expect(keysIn("events_log/").filter((key) => key.includes("/stream-"))).toHaveLength(4);
    pass(1);
    await once();
    expect(reports.at(-1)).toEqual({ table: "events_log", shown: 0, removed: 3 });
    expect(keysIn("events_log/").filter((key) => key.includes("/stream-"))).toHaveLength(1);
    expect(keysIn("settling/staged/")).toEqual([]);
    expect(await events()).toEqual(before);
    expect(await log()).toEqual(whole);
    expect(await rows("SELECT settled, count(*)::INTEGER FROM events_log GROUP BY ALL ORDER BY ALL")).toEqual([
      [false, 3],
      [true, 4],
      [null, 3],
    ]);
  });

  it("counts a copy once that comes long after its event was settled, before and after it is settled itself", async () => {
    await receive(30, ["a"]);
    const { once, pass } = settling();
    const settle = async () => {
      for (let call = 0; call < 2; call++) {
        await once();
        pass(GRACE_MS);
      }
    };
    await settle();
    await receive(5, ["a", "b"]);
    const expected = await events();
    expect(expected.map(([, id]) => id)).toEqual(["a", "b"]);
    await settle();
    expect(await events()).toEqual(expected);
    expect(await rows("SELECT count(*)::INTEGER FROM events_log WHERE settled")).toEqual([[2]]);
  });

  it("answers rightly wherever it dies, and the next call finishes", async () => {
    await received3();
    const [before, whole] = [await events(), await log()];
    const empty = mkdtempSync(join(tmpdir(), "tributary-compact-empty-"));
    cpSync(bucket.folder, empty, { recursive: true });
    for (const when of ["before", "after"] as const) {
      for (let deadly = 1, heard = deadly; heard >= deadly; deadly++) {
        rmSync(bucket.folder, { recursive: true, force: true });
        cpSync(empty, bucket.folder, { recursive: true });
        heard = 0;
        const { once, pass, troubles } = settling((_call, at) => {
          if (at === when && ++heard === deadly) throw new Error("killed");
        });
        for (let call = 0; call < 4; call++) {
          await once();
          if (troubles.length === 1 && call < 3) expect(await events()).toEqual(before);
          pass(GRACE_MS);
        }
        expect(troubles.length).toBe(heard >= deadly ? 1 : 0);
        expect(await events()).toEqual(before);
        expect(await log()).toEqual(whole);
        expect(keysIn("events_log/").filter((key) => key.includes("/stream-"))).toHaveLength(1);
      }
    }
    rmSync(empty, { recursive: true, force: true });
  }, 300_000);

  it("settles once where two calls begin at once", async () => {
    await received3();
    const before = await events();
    let other: Promise<unknown> | undefined;
    const second = settling();
    const first = settling((call, when) => {
      if (call === "unload" && when === "before" && other === undefined) other = second.once();
    });
    await first.once();
    await other;
    expect(await events()).toEqual(before);
    expect(await rows("SELECT count(*)::INTEGER FROM events_log WHERE settled")).toEqual([[4]]);
    expect(keysIn("settling/runs/").filter((key) => key.endsWith("run.json"))).toHaveLength(1);
  });

  it("lets the copy count that was received first, though it reached the lake later", async () => {
    await receive(9, ["a", "b"]);
    await receive(0, ["a"], 12);
    const before = await events();
    expect(before.map(([, id, , dt]) => [id, dt])).toEqual([
      ["a", isoDay(NOW)],
      ["b", isoDay(NOW - 9 * DAY)],
    ]);
    const { once, pass } = settling();
    for (let call = 0; call < 2; call++) {
      await once();
      expect(await events()).toEqual(before);
      pass(GRACE_MS);
    }
    expect(await rows("SELECT count(*)::INTEGER FROM events_log WHERE settled")).toEqual([[1]]);
  });

  it("leaves days alone to which Firehose may still write", async () => {
    await receive(2, ["a"]);
    await receive(0, ["b"]);
    const { once, reports } = settling();
    await once();
    expect(reports).toEqual([{ table: "events_log", shown: 0, removed: 0 }]);
    expect(GRACE_MS).toBeGreaterThan(HOUR / 2);
  });
});
