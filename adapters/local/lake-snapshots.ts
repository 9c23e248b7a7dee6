import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { LakeQuery } from "#core/kernel/ports.ts";
import type { SnapshotStore } from "#core/segments/snapshot-segment.flow.ts";

/** Within the lake's folder, the only one that the engine can reach; beside its tables, so that no query looks into it. */
const FOLDER = ".snapshots";

/**
 * Snapshots as text files, an id a line: `<lake>/.snapshots/<segment>/<snapshot>.ids`. The engine writes them itself, in
 * order, so that a million ids pass through no memory of ours.
 */
export function localSnapshots(lakeDir: string, lake: LakeQuery): SnapshotStore {
  const folderOf = (segmentId: string): string => join(lakeDir, FOLDER, segmentId);
  const fileOf = (segmentId: string, snapshot: string): string => join(folderOf(segmentId), `${snapshot}.ids`);
  return {
    take: async (segmentId, snapshot, sql) => {
      await mkdir(folderOf(segmentId), { recursive: true });
      const file = fileOf(segmentId, snapshot);
      const unfinished = `${file}.tmp`;
      await lake.query(
        `COPY (SELECT profile_id FROM (${sql}) ORDER BY profile_id) TO '${unfinished.replaceAll("'", "''")}'
         (FORMAT csv, HEADER false)`,
      );
      await synced(unfinished);
      await rename(unfinished, file);
    },
    read: async function* (segmentId, snapshot) {
      const input = createReadStream(fileOf(segmentId, snapshot), "utf8");
      try {
        yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
      } finally {
        input.destroy();
      }
    },
    drop: async (segmentId, snapshot) => {
      const file = fileOf(segmentId, snapshot);
      for (const each of [file, `${file}.tmp`]) await rm(each, { force: true });
    },
  };
}

async function synced(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
