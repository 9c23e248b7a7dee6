import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LakeQueryError, LakeQueryTimeout } from "#core/kernel/ports.ts";
import { columnBytes } from "./column-bytes.ts";
import { openLakeFiles } from "./lake-files.ts";
import { openLakeQuery } from "./lake-query.ts";
import { localSnapshots } from "./lake-snapshots.ts";

const folder = mkdtempSync(join(tmpdir(), "tributary-snapshots-"));
const query = await openLakeQuery(folder);
afterAll(() => {
  query.close();
  rmSync(folder, { recursive: true, force: true });
});

async function gathered(ids: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const id of ids) all.push(id);
  return all;
}

describe("snapshots on one machine", () => {
  const store = localSnapshots(folder, query.lake);
  const all = async (snapshot: string) => await gathered(store.read("vip", snapshot));

  it("keep ids in order, whole, until they are dropped", async () => {
    await store.take("vip", "r1.1", "SELECT CAST(range AS VARCHAR) AS profile_id FROM range(2000) ORDER BY random()");
    await store.take("vip", "r1.2", "SELECT 'nobody' AS profile_id WHERE FALSE");
    const ids = Array.from({ length: 2_000 }, (_, at) => String(at)).sort();
    expect(await all("r1.1")).toEqual(ids);
    expect(await all("r1.2")).toEqual([]);
    await store.drop("vip", "r1.1");
    await store.drop("vip", "never");
    expect(readdirSync(join(folder, ".snapshots", "vip"))).toEqual(["r1.2.ids"]);
    await expect(all("r1.1")).rejects.toThrow("ENOENT");
  });

  it("are not there where the engine refused", async () => {
    await expect(store.take("vip", "r2.1", "SELECT nothing FROM nowhere")).rejects.toThrow(LakeQueryError);
    await expect(all("r2.1")).rejects.toThrow("ENOENT");
  });

  it("can be left in the middle", async () => {
    await store.take("vip", "r3.1", "SELECT CAST(range AS VARCHAR) AS profile_id FROM range(50000)");
    for await (const id of store.read("vip", "r3.1")) {
      expect(id).toBe("0");
      break;
    }
  });

  it("are beyond an analyst's reach", async () => {
    const file = join(folder, ".snapshots", "vip", "r1.2.ids");
    await expect(query.analyst.query(`SELECT * FROM read_csv('${file}')`)).rejects.toThrow(LakeQueryError);
  });
});

describe("a statement of ours", () => {
  it("is stopped when whoever waits has waited long enough", async () => {
    const endless = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range * b.range % 7 = 3";
    await expect(query.lake.query(endless, { timeMs: 50 })).rejects.toThrow(LakeQueryTimeout);
  });
});

describe("sizes of columns", () => {
  it("are those of the files' footers, remembered for a minute", async () => {
    let now = 0;
    const bytes = columnBytes(folder, query.lake, () => now);
    const ofChanges = (columns: readonly string[], from?: string) =>
      bytes([{ table: "segment_changes", columns, ...(from === undefined ? {} : { from }) }]);
    expect(await ofChanges(["profile_id", "cause"])).toBe(0);
    const files = await openLakeFiles(folder);
    const draft = files.draft();
    draft.add({ table: "segment_changes", dt: "2026-11-02", text: '{"profile_id":"p","cause":"because"}\n' });
    await files.write("1-1-0", draft);
    files.close();
    expect(await ofChanges(["profile_id"]), "remembered").toBe(0);
    now = 60_000;
    const one = await ofChanges(["profile_id"]);
    const two = await ofChanges(["profile_id", "cause", "no_such_column"]);
    expect(one).toBeGreaterThan(0);
    expect(two).toBeGreaterThan(one);
    expect(await bytes([{ table: "events_log", columns: ["event"] }])).toBe(0);
    expect(await ofChanges(["profile_id"], "2026-11-02"), "from its own day on").toBe(one);
    expect(await ofChanges(["profile_id"], "2026-11-03"), "after it").toBe(0);
  });
});
