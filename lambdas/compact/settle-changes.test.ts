import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SettledInS3 } from "#contracts/lake-settling.ts";
import { DAY, isoDay } from "#core/kernel/time.ts";
import { CHANGES, type Said } from "#test/support/changes-told.ts";
import { compacting } from "#test/support/compacting.ts";
import { type LakeBucket, lakeBucket } from "#test/support/lake-bucket.ts";
import { GRACE_MS, type Settled } from "./settle-table.ts";

const NOW = Date.UTC(2026, 10, 20, 12);

let bucket: LakeBucket;
beforeEach(async () => {
  bucket = await lakeBucket();
});
afterEach(() => bucket.close());

type Step =
  | { readonly kind: "told"; readonly daysAgo: number; readonly said: readonly Said[] }
  | { readonly kind: "settle"; readonly diesAt: number }
  | { readonly kind: "pass"; readonly days: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("told" as const),
      daysAgo: fc.nat(6),
      said: fc.array(fc.record({ key: fc.nat(3), version: fc.integer({ min: 1, max: 9 }) }), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  },
  // Most calls are lived through: the ports are asked fewer than forty times.
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("settle" as const), diesAt: fc.integer({ min: 1, max: 80 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pass" as const), days: fc.integer({ min: 1, max: 20 }) }) },
);

const rowsOf = (table: SettledInS3): string => `SELECT * EXCLUDE (settled, "$path") FROM ${table}`;

const isBusy = ({ shown, removed }: Settled = { shown: 0, removed: 0 }): boolean => shown + removed > 0;

describe.each(CHANGES)("$table", ({ table, rowOf, asked, expected }) => {
  const told = async (said: readonly Said[], dt: string): Promise<void> => bucket.receive(table, dt, said.map(rowOf));

  it("says the same whatever is settled when, and wherever that dies", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 9 }), async (steps) => {
        bucket.close();
        bucket = await lakeBucket();
        let [heard, diesAt, now] = [0, 0, NOW];
        const settling = compacting(bucket, {
          table,
          from: NOW,
          hear: () => {
            if (++heard === diesAt) throw new Error("killed");
          },
        });
        const pass = (ms: number): void => {
          now += ms;
          settling.pass(ms);
        };
        const all: Said[] = [];
        const rows = new Set<string>();
        for (const each of steps) {
          if (each.kind === "pass") pass(each.days * DAY);
          else if (each.kind === "settle") {
            [heard, diesAt] = [0, each.diesAt];
            await settling.once();
            pass(GRACE_MS);
          } else {
            const dt = isoDay(now - each.daysAgo * DAY);
            await told(each.said, dt);
            all.push(...each.said);
            for (const said of each.said) rows.add(JSON.stringify([said.key, said.version, dt]));
          }
          expect(await bucket.rows(asked)).toEqual(expected(all));
          expect(await bucket.rows(`SELECT DISTINCT * FROM (${rowsOf(table)})`)).toHaveLength(rows.size);
        }
        diesAt = 0;
        do {
          await settling.once();
          pass(GRACE_MS);
        } while (isBusy(settling.reports.at(-1)));
        // Nothing was taken away, and nothing is there twice.
        expect(await bucket.rows(`SELECT count(*)::INTEGER FROM ${table}`)).toEqual([[all.length]]);
        expect(await bucket.rows(asked)).toEqual(expected(all));
      }),
      { numRuns: 10 },
    );
  }, 300_000);
});

/** One table of each kind: of what is overtaken, and of what only repeats itself. */
const KINDS = CHANGES.filter(({ table }) => table === "identity_changes" || table === "segment_changes");

describe.each(KINDS)("$table", ({ table, rowOf, asked }) => {
  const told = async (said: readonly Said[], dt: string): Promise<void> => bucket.receive(table, dt, said.map(rowOf));

  it("says the same where a run dies before or after any call, at every moment until it is whole", async () => {
    await told(
      [
        { key: 1, version: 1 },
        { key: 2, version: 1 },
      ],
      isoDay(NOW - 9 * DAY),
    );
    const first = compacting(bucket, { table, from: NOW - 5 * DAY });
    for (let call = 0; call < 2; call++) {
      await first.once();
      first.pass(GRACE_MS);
    }
    const all = [1, 2, 3].map((version) => ({ key: 1, version }));
    await told(all, isoDay(NOW - 4 * DAY));
    await told(
      [
        { key: 1, version: 3 },
        { key: 3, version: 1 },
      ],
      isoDay(NOW),
    );
    const before = await bucket.rows(asked);
    const rows = await bucket.rows(`${rowsOf(table)} ORDER BY ALL`);
    const beginning = mkdtempSync(join(tmpdir(), "tributary-changes-"));
    cpSync(bucket.folder, beginning, { recursive: true });
    for (const when of ["before", "after"] as const) {
      for (let deadly = 1, heard = deadly; heard >= deadly; deadly++) {
        rmSync(bucket.folder, { recursive: true, force: true });
        cpSync(beginning, bucket.folder, { recursive: true });
        heard = 0;
        const { once, pass, troubles } = compacting(bucket, {
          table,
          from: NOW,
          hear: (_call, is) => {
            if (is === when && ++heard === deadly) throw new Error("killed");
          },
        });
        for (let call = 0; call < 4; call++) {
          await once();
          if (troubles.length === 1) expect(await bucket.rows(asked)).toEqual(before);
          pass(GRACE_MS);
        }
        expect(troubles.length).toBe(heard >= deadly ? 1 : 0);
        expect(await bucket.rows(asked)).toEqual(before);
        expect(await bucket.rows(`${rowsOf(table)} ORDER BY ALL`)).toEqual(rows);
      }
    }
    rmSync(beginning, { recursive: true, force: true });
  }, 300_000);
});

describe("what is overtaken", () => {
  const changed = (key: number, version: number) => CHANGES[0]?.rowOf({ key, version }) ?? {};

  it("is soon read no more: a key that changes daily keeps few rows that may count, in few files", async () => {
    const settling = compacting(bucket, { table: "identity_changes", from: NOW });
    const DAYS = 40;
    for (let day = 0; day < DAYS; day++) {
      const keys = [1, ...(day % 7 === 0 ? [2] : []), ...(day === 0 ? [3] : [])];
      await bucket.receive(
        "identity_changes",
        isoDay(NOW + day * DAY),
        keys.map((key) => changed(key, day + 1)),
      );
      for (let call = 0; call < 2; call++) {
        await settling.once();
        settling.pass(GRACE_MS);
      }
      settling.pass(DAY - 2 * GRACE_MS);
    }
    expect(settling.troubles).toEqual([]);
    const counted = `SELECT identity_key, count(*)::INTEGER, count(settled)::INTEGER FROM identity_changes`;
    const byKey = "GROUP BY ALL ORDER BY ALL";
    // Of every third day to come nothing is settled yet; the weekly key may keep an older row for as long as it was young.
    const rows = await bucket.rows(`${counted} WHERE settled IS NULL OR settled ${byKey}`);
    expect(rows.map(([key]) => key)).toEqual(["user_id:1", "user_id:2", "user_id:3"]);
    for (const [, mayCount] of rows) expect(mayCount).toBeLessThanOrEqual(4);
    expect(await bucket.rows(`SELECT count(*)::INTEGER FROM identity_changes`)).toEqual([[DAYS + 6 + 1]]);
    const current = bucket.keysIn("identity_changes/").filter((name) => name.includes("settled-current"));
    expect(current.length).toBeLessThan(10);
    expect(await bucket.rows("SELECT profile_id FROM identity_map ORDER BY ALL")).toEqual([
      [`p1-${DAYS}`],
      ["p2-36"],
      ["p3-1"],
    ]);
  }, 120_000);

  it("is not forgotten, nor is what has no key", async () => {
    await bucket.receive("identity_changes", isoDay(NOW - 5 * DAY), [changed(1, 1), changed(1, 2), { version: 1 }]);
    const { once, pass } = compacting(bucket, { table: "identity_changes", from: NOW });
    for (let call = 0; call < 2; call++) {
      await once();
      pass(GRACE_MS);
    }
    const kept = "SELECT identity_key, version, settled FROM identity_changes ORDER BY ALL";
    expect(await bucket.rows(kept)).toEqual([
      ["user_id:1", "1", false],
      ["user_id:1", "2", true],
      [null, "1", true],
    ]);
  });

  it("is looked for by no message that names another table", async () => {
    const { once, troubles } = compacting(bucket, { table: "bad_events" as SettledInS3, from: NOW });
    await once();
    expect(troubles.map(String)).toEqual([expect.stringContaining("bad_events is not settled; these are: events_log")]);
  });
});
