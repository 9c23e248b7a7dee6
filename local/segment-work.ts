import { columnBytes } from "#adapters/local/column-bytes.ts";
import type { InboxThread } from "#adapters/local/inbox-thread.ts";
import { localSnapshots } from "#adapters/local/lake-snapshots.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import type { SnapshotPorts } from "#core/segments/snapshot-segment.flow.ts";
import { tellMembers } from "#core/segments/tell-members.flow.ts";
import type { ApiPorts } from "#lambdas/api/handler.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Stores } from "./open-stores.ts";
import { startSnapshotWork } from "./snapshot-work.ts";
import { openToldMembers } from "./told-members.ts";

export interface SegmentWorkPorts {
  readonly folder: DataFolder;
  readonly stores: Stores;
  readonly inbox: InboxThread;
  /** The lake with everything that came in before it is asked. */
  readonly lake: LakeQuery;
  /** The lake as its files are. */
  readonly files: LakeQuery;
  readonly segmentSql: SnapshotPorts["segmentSql"];
  readonly onFault: (error: unknown, where: string) => void;
}

/** What goes on with segments beside the answering of requests. */
export interface SegmentWork {
  readonly ofSegments: ApiPorts["ofSegments"];
  stop(): Promise<void>;
}

/** The lake is asked with all that came in, so profiles are never ahead of it. */
const LAG_MS = 0;

export function startSegmentWork({
  folder,
  stores,
  inbox,
  lake,
  files,
  segmentSql,
  onFault,
}: SegmentWorkPorts): SegmentWork {
  const members = openToldMembers(folder.profiles);
  const tell = tellMembers(members, { lagMs: LAG_MS });
  const work = startSnapshotWork({
    clock: Date.now,
    segments: stores.segments,
    states: stores.segmentStates,
    asked: stores.segmentRuns,
    store: localSnapshots(folder.lake, lake),
    segmentSql,
    tell: async (rows) => {
      await tell(rows);
      // Rows beside an entry of the inbox go to the lake with it: without one they would wait for the next.
      await inbox.intake.append({ events: [], badEvents: [] });
    },
    onFault,
  });
  return {
    ofSegments: {
      versions: stores.segmentVersions,
      states: stores.segmentStates,
      runs: work.runs,
      lists: stores.lists,
      listRows: inbox.lake,
      listKeys: stores.listKeys,
      columnBytes: columnBytes(folder.lake, files, Date.now),
    },
    stop: async () => {
      await work.stop();
      members.close();
    },
  };
}
