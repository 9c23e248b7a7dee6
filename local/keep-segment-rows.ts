import type { ProgressStore } from "#adapters/local/progress-store.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";
import { LinesByPart } from "./lake-lines.ts";

/** Keeps rows about segments until they are in lake files. Answers UTF-16 units kept. */
export const keepSegmentRows =
  (progress: Pick<ProgressStore, "addChanges">) =>
  (rows: readonly SegmentChangeRow[]): number => {
    const lines = new LinesByPart();
    for (const row of rows) lines.addRow("segment_changes", row);
    let size = 0;
    for (const part of lines.parts()) {
      progress.addChanges(part);
      size += part.text.length;
    }
    return size;
  };
