import type { InboxEntry } from "#adapters/local/inbox.ts";
import type { LakeLines } from "#adapters/local/lake-files.ts";
import type { LakeTable } from "#contracts/lake.ts";
import { badEventRow, eventsLogRow } from "#core/events/lake-rows.ts";

interface Part {
  readonly table: LakeTable;
  readonly dt: string;
  readonly lines: string[];
}

/** Rows made into lines, gathered by table and day. */
export class LinesByPart {
  readonly #parts = new Map<LakeTable, Map<string, Part>>();

  addRow(table: LakeTable, row: { readonly dt: string }): void {
    const days = this.#parts.get(table) ?? new Map<string, Part>();
    const part = days.get(row.dt) ?? { table, dt: row.dt, lines: [] };
    part.lines.push(JSON.stringify(row));
    if (part.lines.length > 1) return;
    this.#parts.set(table, days.set(row.dt, part));
  }

  addEntry(entry: InboxEntry): void {
    for (const event of entry.events ?? []) this.addRow("events_log", eventsLogRow(event));
    for (const bad of entry.badEvents ?? []) this.addRow("bad_events", badEventRow(bad));
    for (const [table, rows] of Object.entries(entry.rows ?? {})) {
      for (const row of rows) this.addRow(table as LakeTable, row);
    }
  }

  /** The lines of each part, each ending in a line break: JSON text has none of its own. */
  parts(): readonly LakeLines[] {
    return [...this.#parts.values()].flatMap((days) =>
      Array.from(days.values(), ({ table, dt, lines }) => ({ table, dt, text: `${lines.join("\n")}\n` })),
    );
  }
}
