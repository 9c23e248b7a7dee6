import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { SQSEvent } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DUCKDB_TYPE } from "#adapters/local/duckdb-type.ts";
import { EVENTS_LOG, LAKE_VIEWS } from "#contracts/lake.ts";
import { type ReceivedFiles, settleEvents } from "#contracts/lake-settling.ts";
import { DAY, HOUR, isoDay, isoTime } from "#core/kernel/time.ts";
import { type CompactReport, compactHandler, GRACE_MS, type LakeObjects } from "./handler.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const asked = (messageId: string): SQSEvent => ({ Records: [{ messageId, body: "{}" }] }) as unknown as SQSEvent;

let bucket: string;
let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeEach(async () => {
  bucket = mkdtempSync(join(tmpdir(), "tributary-compact-"));
  instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  connection = await instance.connect();
  await connection.run("CREATE TABLE identity_map (identity_key VARCHAR, profile_id VARCHAR)");
  await connection.run(
    "CREATE TABLE shared_device_logins (identity_key VARCHAR, user_key VARCHAR, since TIMESTAMP, until TIMESTAMP)",
  );
});
afterEach(() => {
  connection.closeSync();
  instance.closeSync();
  rmSync(bucket, { recursive: true, force: true });
});

const pathOf = (key: string): string => join(bucket, key);
const keysIn = (prefix: string): readonly string[] =>
  readdirSync(bucket, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(bucket.length + 1))
    .filter((key) => key.startsWith(prefix))
    .sort();

function put(key: string, content: string): void {
  mkdirSync(dirname(pathOf(key)), { recursive: true });
  writeFileSync(pathOf(key), content);
}

/** The bucket as a folder: `before` and `after` hear of each call, and may throw. */
function folderObjects(hear: (call: string, when: "before" | "after") => void): LakeObjects {
  const heard =
    <Args extends readonly unknown[], T>(name: string, work: (...args: Args) => T) =>
    async (...args: Args): Promise<T> => {
      hear(name, "before");
      const done = work(...args);
      hear(name, "after");
      return done;
    };
  return {
    list: heard("list", keysIn),
    read: heard("read", (key: string) => readFileSync(pathOf(key), "utf8")),
    create: heard("create", (key: string, content: string) => {
      if (existsSync(pathOf(key))) return false;
      put(key, content);
      return true;
    }),
    // An object is there whole or not at all.
    copy: heard("copy", (from: string, to: string) => {
      cpSync(pathOf(from), pathOf("copying"));
      renameSync(pathOf("copying"), pathOf(to));
    }),
    remove: heard("remove", (keys: readonly string[]) => {
      for (const key of keys) rmSync(pathOf(key), { force: true });
    }),
  };
}

/** What Athena knows of the bucket at this moment. */
async function showLog(): Promise<void> {
  const columns = Object.entries(EVENTS_LOG).filter(([name]) => name !== "dt");
  const select = columns.map(([name, type]) => `CAST(${name} AS ${DUCKDB_TYPE[type]}) AS ${name}`).join(", ");
  await connection.run(`CREATE OR REPLACE VIEW events_log AS SELECT ${select}, dt, filename AS "$path"
    FROM (
      SELECT * FROM read_parquet('${bucket}/events_log/*/*', hive_partitioning = true, hive_types = {'dt': VARCHAR},
        union_by_name = true, filename = true)
      UNION ALL BY NAME SELECT CAST(NULL AS BOOLEAN) AS settled WHERE FALSE
    )`);
  await connection.run(`CREATE OR REPLACE VIEW events AS ${LAKE_VIEWS.events}`);
}

const rows = async (sql: string) => {
  await showLog();
  return (await connection.runAndReadAll(sql)).getRowsJson();
};
const events = () => rows("SELECT source, message_id, event, dt FROM events ORDER BY ALL");
const log = () => rows("SELECT source, message_id, event, dt, received_at FROM events_log ORDER BY ALL");

const unload = async (files: ReceivedFiles, prefix: string): Promise<void> => {
  await showLog();
  mkdirSync(pathOf(prefix), { recursive: true });
  // Two files a day: a run is shown piece by piece.
  await connection.run(`CREATE OR REPLACE TEMP TABLE settled_now AS ${settleEvents(files)}`);
  for (const half of [0, 1]) {
    await connection.run(`COPY (SELECT * FROM settled_now WHERE hash(message_id) % 2 = ${half}) TO '${pathOf(prefix)}'
      (FORMAT parquet, PARTITION_BY (dt), OVERWRITE_OR_IGNORE, FILENAME_PATTERN 'half${half}-{i}')`);
  }
};

let calls = 0;
let received = 0;
/** A file as Firehose writes it, of a day so many days ago. */
async function receive(daysAgo: number, ids: readonly string[], receivedDaysAgo = daysAgo): Promise<void> {
  const dt = isoDay(NOW - daysAgo * DAY);
  const name = `stream-${String(received++).padStart(4, "0")}`;
  const lines = ids.map((id, at) => ({
    ...Object.fromEntries(Object.keys(EVENTS_LOG).map((column) => [column, null])),
    message_id: id,
    source: "shop",
    event: `${name} ${at}`,
    identity_key: `user_id:${id}`,
    event_time: isoTime(NOW - daysAgo * DAY),
    received_at: isoTime(NOW - receivedDaysAgo * DAY + received),
    position: at,
  }));
  put("lines.json", lines.map((line) => JSON.stringify(line)).join("\n"));
  const columns = Object.entries(EVENTS_LOG)
    .filter(([column]) => column !== "dt" && column !== "settled")
    .map(([column, type]) => `${column}: '${DUCKDB_TYPE[type]}'`);
  mkdirSync(pathOf(`events_log/dt=${dt}`), { recursive: true });
  await connection.run(`COPY (SELECT * FROM read_json('${pathOf("lines.json")}', columns = {${columns.join(", ")}}))
    TO '${pathOf(`events_log/dt=${dt}/${name}`)}' (FORMAT parquet)`);
  rmSync(pathOf("lines.json"));
}

function compacting(hear: (call: string, when: "before" | "after") => void = () => {}) {
  let now = NOW;
  const reports: CompactReport[] = [];
  const troubles: unknown[] = [];
  const handler = compactHandler({
    objects: folderObjects(hear),
    unload: async (files, prefix) => {
      hear("unload", "before");
      await unload(files, prefix);
      hear("unload", "after");
    },
    pathOf,
    clock: () => now,
    onReport: (report) => reports.push(report),
    onTrouble: (error) => troubles.push(error),
  });
  return {
    reports,
    troubles,
    once: () => handler(asked("m"), { awsRequestId: `call-${calls++}` }),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const received3 = async () => {
  await receive(9, ["a", "b", "a"]);
  await receive(9, ["b", "c"]);
  await receive(4, ["d", "a"]);
  await receive(0, ["e", "c", "e"]);
};

describe("the compact function", () => {
  it("settles what is ripe, shows it, and removes what it replaces when no query can still read that", async () => {
    await received3();
    const [before, whole] = [await events(), await log()];
    const { once, pass, reports } = compacting();
    await once();
    expect(reports.at(-1)?.removed).toBe(0);
    expect(await events()).toEqual(before);
    pass(GRACE_MS - 1);
    await once();
    expect(keysIn("events_log/").filter((key) => key.includes("/stream-"))).toHaveLength(4);
    pass(1);
    await once();
    expect(reports.at(-1)).toEqual({ shown: 0, removed: 3 });
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
    const { once, pass } = compacting();
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
    cpSync(bucket, empty, { recursive: true });
    for (const when of ["before", "after"] as const) {
      for (let deadly = 1, heard = deadly; heard >= deadly; deadly++) {
        rmSync(bucket, { recursive: true, force: true });
        cpSync(empty, bucket, { recursive: true });
        heard = 0;
        const { once, pass, troubles } = compacting((_call, at) => {
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
    const second = compacting();
    const first = compacting((call, when) => {
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
    const { once, pass } = compacting();
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
    const { once, reports } = compacting();
    await once();
    expect(reports).toEqual([{ shown: 0, removed: 0 }]);
    expect(GRACE_MS).toBeGreaterThan(HOUR / 2);
  });
});
