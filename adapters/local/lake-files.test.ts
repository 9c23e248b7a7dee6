import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LakeFiles, openLakeFiles } from "./lake-files.ts";
import { openLakeQuery } from "./lake-query.ts";

const dt = "2026-11-01";
let folder: string;
let files: LakeFiles;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tributary-lake-"));
  files = await openLakeFiles(folder);
});
afterEach(() => {
  files.close();
  rmSync(folder, { recursive: true, force: true });
});

const partition = (): string => join(folder, "bad_events", `dt=${dt}`);
const parquet = (): readonly string[] => readdirSync(partition()).filter((name) => name.endsWith(".parquet"));

async function writeOne(id: number): Promise<void> {
  const draft = files.draft();
  draft.add({
    table: "bad_events",
    dt,
    text: `${JSON.stringify({ bad_event_id: `b${id}`, code: "event.no_name", dt })}\n`,
  });
  await files.write(`part-${id}`, draft);
}

async function idsInLake(): Promise<readonly unknown[]> {
  const { lake, close } = await openLakeQuery(folder);
  const { rows } = await lake.query("SELECT bad_event_id FROM bad_events ORDER BY bad_event_id");
  close();
  return rows.flat();
}

describe("the lake's files", () => {
  it("are replaced when the same name is written again", async () => {
    await writeOne(1);
    await writeOne(1);
    expect(parquet()).toEqual(["part-1.parquet"]);
    expect(await idsInLake()).toEqual(["b1"]);
  });

  it("of a writer that died in the middle are swept away, finished ones stay", async () => {
    await writeOne(1);
    files.close();
    writeFileSync(join(partition(), ".draft-7.ndjson"), "half a li");
    writeFileSync(join(partition(), ".part-2.parquet.tmp"), "PAR1");
    files = await openLakeFiles(folder);
    expect(readdirSync(partition())).toEqual(["part-1.parquet"]);
  });

  it("take every row but the one that no table can hold, and keep that one's line", async () => {
    const heard: string[] = [];
    files.close();
    files = await openLakeFiles(folder, (_, keptAs) => heard.push(keptAs));
    const rows = [
      { bad_event_id: "good-1", received_at: "2026-11-01T00:00:00.000Z" },
      { bad_event_id: "half-\ud800", received_at: "2026-11-01T00:00:00.000Z" },
      { bad_event_id: "far", received_at: "+312025-01-01T00:00:00.000Z" },
      { bad_event_id: "good-2", received_at: "2026-11-01T00:00:00.000Z" },
    ];
    const draft = files.draft();
    draft.add({ table: "bad_events", dt, text: rows.map((row) => `${JSON.stringify(row)}\n`).join("") });
    await files.write("part-1", draft);
    expect(await idsInLake()).toEqual(expect.arrayContaining(["good-1", "good-2"]));
    expect(heard).toHaveLength(1);
    expect(readFileSync(heard[0] ?? "", "utf8").split("\n")).toHaveLength(rows.length + 1);
  });

  it("become one where they are many, with every row once", async () => {
    for (let id = 10; id < 25; id++) await writeOne(id);
    expect(await files.nextCrowd()).toBeUndefined();
    await writeOne(25);
    const crowd = await files.nextCrowd();
    if (crowd === undefined) throw new Error("sixteen small files are a crowd");
    await files.merge(crowd);
    expect(parquet()).toHaveLength(16);
    await files.replace(crowd);
    expect(parquet()).toEqual([crowd.into]);
    expect(await idsInLake()).toEqual(Array.from({ length: 16 }, (_, at) => `b${at + 10}`));
  });

  it("are neither lost nor doubled wherever a replacement is interrupted", async () => {
    for (let id = 10; id < 26; id++) await writeOne(id);
    const expected = await idsInLake();
    const crowd = await files.nextCrowd();
    if (crowd === undefined) throw new Error("sixteen small files are a crowd");
    // Before the merged file is shown: the hidden one is swept, and nothing else has happened.
    await files.merge(crowd);
    files.close();
    files = await openLakeFiles(folder);
    await files.resume(crowd);
    expect(await idsInLake()).toEqual(expected);
    // After it is shown, with some of the others gone.
    await files.merge(crowd);
    renameSync(join(partition(), `.${crowd.into}.tmp`), join(partition(), crowd.into));
    rmSync(join(partition(), crowd.names[3] ?? ""));
    files.close();
    files = await openLakeFiles(folder);
    await files.resume(crowd);
    expect(parquet()).toEqual([crowd.into]);
    expect(await idsInLake()).toEqual(expected);
  });
});
