import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LAKE_VIEWS, type LakeTable } from "#contracts/lake.ts";
import { type LakeFiles, openLakeFiles } from "./lake-files.ts";
import { readManifest, settledFolder, writeManifest } from "./lake-manifest.ts";
import { type LocalLakeQuery, openLakeQuery } from "./lake-query.ts";

let folder: string;
let files: LakeFiles;
let open: LocalLakeQuery;
const reopen = async (): Promise<void> => {
  files = await openLakeFiles(folder, undefined, { bytes: 1 });
};
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tributary-settle-"));
  await reopen();
  open = await openLakeQuery(folder, { threads: 1 });
});
afterEach(() => {
  open.close();
  files.close();
  rmSync(folder, { recursive: true, force: true });
});

let written = 0;
async function write(table: LakeTable, dt: string, rows: readonly object[]): Promise<void> {
  const draft = files.draft();
  draft.add({ table, dt, text: rows.map((row) => `${JSON.stringify(row)}\n`).join("") });
  await files.write(`f${written++}`, draft);
}

async function settleAll(): Promise<void> {
  while (await files.settle());
}

const ask = async (sql: string) => (await open.lake.query(sql)).rows;
const EVENTS = "SELECT source, message_id, event, dt FROM events ORDER BY source, message_id";
const inLog = "SELECT source, message_id, event, dt FROM events_log ORDER BY ALL";

const event = (id: number, at: number, name = `copy ${at}`) => ({
  message_id: `m${id}`,
  source: id % 2 ? "shop" : "site",
  event: name,
  identity_key: `user_id:${id}`,
  received_at: new Date(1_767_225_600_000 + at).toISOString(),
  position: at,
});
const day = (at: number): string => `2026-01-${String(1 + (at % 3)).padStart(2, "0")}`;

describe("settled events", () => {
  it("are the first copy of each, whatever is settled when", async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.array(fc.nat(6), { minLength: 1, maxLength: 4 }) },
      { weight: 2, arbitrary: fc.constant("settle" as const) },
      { weight: 1, arbitrary: fc.constant("reopen" as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 7 }), async (steps) => {
        files.close();
        rmSync(folder, { recursive: true, force: true });
        await reopen();
        const first = new Map<string, unknown[]>();
        let copies = 0;
        for (const todo of steps) {
          if (todo === "settle") await files.settle();
          else if (todo === "reopen") {
            files.close();
            await reopen();
          } else {
            const at = copies++;
            const rows = todo.map((id) => event(id, at));
            await write("events_log", day(at), rows);
            for (const { source, message_id, event: name } of rows) {
              const key = `${source} ${message_id}`;
              if (!first.has(key)) first.set(key, [source, message_id, name, day(at)]);
            }
          }
          const expected = [...first.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
          expect(await ask(EVENTS)).toEqual(expected);
          if (todo === steps.at(-1))
            expect(await ask(EVENTS.replace("FROM events", `FROM (${LAKE_VIEWS.events})`))).toEqual(expected);
        }
      }),
      { numRuns: 6 },
    );
  }, 300_000);

  it("leave every copy in the log, and take the files that came away when nobody can be reading them", async () => {
    await write("events_log", "2026-01-01", [event(1, 0), event(1, 0), event(2, 1)]);
    await write("events_log", "2026-01-02", [event(1, 2), event(3, 3)]);
    const before = await ask(inLog);
    await settleAll();
    expect(await ask(inLog)).toEqual(before);
    expect(await ask("SELECT count(*), count(*) FILTER (settled), count(settled) FROM events_log")).toEqual([
      [5, 3, 5],
    ]);
    // Whoever listed them before may be reading them still: they go with the next settling, or start.
    expect(existsSync(join(folder, "events_log", "dt=2026-01-02"))).toBe(true);
    files.close();
    await reopen();
    expect(existsSync(join(folder, "events_log", "dt=2026-01-02"))).toBe(false);
    expect(await ask(inLog)).toEqual(before);
    // A copy that says it came before what is settled changes nothing any more.
    await write("events_log", "2026-01-03", [event(1, -5), event(4, 9)]);
    const expected = [1, 2, 3, 4].map((id) => [`m${id}`]);
    const names = "SELECT message_id FROM events ORDER BY message_id";
    expect(await ask(names)).toEqual(expected);
    expect(await ask("SELECT event FROM events WHERE message_id = 'm1'")).toEqual([["copy 0"]]);
    await settleAll();
    expect(await ask(names)).toEqual(expected);
    expect(await ask("SELECT event FROM events WHERE message_id = 'm1'")).toEqual([["copy 0"]]);
  });
});

describe("settling", () => {
  it("goes on beside questions, merges and writes, and none of them notices", async () => {
    const rows = Array.from({ length: 40 }, (_, id) => event(id % 25, id));
    for (const row of rows.slice(0, 24)) await write("events_log", "2026-01-01", [row]);
    const tidy = async (row: ReturnType<typeof event>): Promise<void> => {
      await write("events_log", day(row.position), [row]);
      await files.settle();
      const crowd = await files.nextCrowd();
      if (crowd === undefined) return;
      await files.merge(crowd);
      await files.replace(crowd);
    };
    let before = 24;
    for (const row of rows.slice(24)) {
      const [[[count, names] = []]] = await Promise.all([
        ask("SELECT count(*), count(DISTINCT message_id) FROM events"),
        tidy(row),
      ]);
      expect(count).toBe(names);
      expect(count).toBeGreaterThanOrEqual(before);
      before = Number(count);
    }
    await settleAll();
    expect(await files.nextCrowd()).toBeUndefined();
    expect(await ask("SELECT count(*) FROM events")).toEqual([[25]]);
    expect(await ask("SELECT count(*), count(*) FILTER (settled) FROM events_log")).toEqual([[40, 25]]);
  }, 300_000);
});

const change = (key: number, version: number) => ({
  identity_key: `user_id:${key}`,
  profile_id: `p${key}-${version}`,
  version,
  changed_at: "2026-01-01T00:00:00.000Z",
});
const look = (key: number, version: number) => ({
  profile_id: `p${key}`,
  gone: version % 3 === 2,
  traits: JSON.stringify({ version }),
  version,
  changed_at: "2026-01-01T00:00:00.000Z",
});

describe("what was last said", () => {
  it("is the same however often, and in whatever order, it is folded", async () => {
    const told = fc.record({ key: fc.nat(4), version: fc.integer({ min: 1, max: 9 }) });
    const step = fc.oneof(fc.array(told, { minLength: 1, maxLength: 4 }), fc.constant("settle" as const));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 7 }), async (steps) => {
        files.close();
        rmSync(folder, { recursive: true, force: true });
        await reopen();
        const latest = new Map<number, number>();
        let rows = 0;
        for (const todo of steps) {
          if (todo === "settle") await settleAll();
          else {
            await write(
              "identity_changes",
              day(rows),
              todo.map(({ key, version }) => change(key, version)),
            );
            await write(
              "profile_changes",
              day(rows),
              todo.map(({ key, version }) => look(key, version)),
            );
            for (const { key, version } of todo) latest.set(key, Math.max(version, latest.get(key) ?? 0));
            rows += todo.length;
          }
          const now = [...latest].sort(([a], [b]) => a - b);
          const homes = now.map(([key, version]) => [`user_id:${key}`, `p${key}-${version}`, version]);
          expect(await ask("SELECT identity_key, profile_id, version FROM identity_map ORDER BY 1")).toEqual(homes);
          const looks = now.filter(([, version]) => version % 3 !== 2).map(([key, v]) => [`p${key}`, v]);
          expect(await ask("SELECT profile_id, version FROM profiles ORDER BY 1")).toEqual(looks);
          expect(await ask("SELECT count(*) FROM identity_changes")).toEqual([[rows]]);
        }
      }),
      { numRuns: 6 },
    );
  }, 300_000);
});

describe("a settling that dies", () => {
  it("before the manifest, changed nothing; after it, everything", async () => {
    await write("events_log", "2026-01-01", [event(1, 0), event(2, 1)]);
    const before = join(folder, "..", `${folder.split("/").at(-1)}-before`);
    cpSync(folder, before, { recursive: true });
    const expected = await ask(EVENTS);
    await settleAll();
    const { settled } = await readManifest(folder, "events_log");
    // The replaced file is still there, as it is until the last step.
    const came = readdirSync(join(before, "events_log", "dt=2026-01-01"));
    cpSync(join(before, "events_log"), join(folder, "events_log"), { recursive: true });
    await writeManifest(folder, "events_log", { settled, replaced: came.map((name) => `dt=2026-01-01/${name}`) });
    expect(await ask(EVENTS)).toEqual(expected);
    expect(await ask("SELECT count(*) FROM events_log")).toEqual([[2]]);
    files.close();
    await reopen();
    expect(existsSync(join(folder, "events_log", "dt=2026-01-01"))).toBe(false);
    expect(await ask(EVENTS)).toEqual(expected);
    // And where it died before it said so.
    cpSync(join(before, "events_log"), join(folder, "events_log"), { recursive: true });
    rmSync(join(settledFolder(folder, "events_log"), "manifest.json"));
    expect(await ask("SELECT count(*) FROM events_log")).toEqual([[2]]);
    files.close();
    await reopen();
    expect(readdirSync(settledFolder(folder, "events_log"))).toEqual([]);
    expect(await ask(EVENTS)).toEqual(expected);
    rmSync(before, { recursive: true, force: true });
  });

  it("says which file cannot be read, where somebody else wrote the manifest", async () => {
    await write("events_log", "2026-01-01", [event(1, 0)]);
    await settleAll();
    writeFileSync(join(settledFolder(folder, "events_log"), "manifest.json"), "{half");
    await expect(ask(EVENTS)).rejects.toThrow("manifest.json cannot be read");
  });
});
