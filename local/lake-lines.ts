import type { InboxEntry } from "#adapters/local/inbox.ts";
import type { LakeLines } from "#adapters/local/lake-files.ts";
import type { ChangeLines } from "#adapters/local/progress-store.ts";
import type { LakeTable } from "#contracts/lake.ts";
import { badEventRow, eventsLogRow } from "#core/events/lake-rows.ts";

/** Lines waiting to be written to lake files, gathered by table and day. */
export class WaitingLines {
  readonly #parts = new Map<string, { readonly table: LakeTable; readonly dt: string; readonly lines: string[] }>();
  /** UTF-16 units held: what decides when it is time to write. */
  size = 0;

  add(table: LakeTable, dt: string, line: string): void {
    const name = `${table}/${dt}`;
    const part = this.#parts.get(name) ?? { table, dt, lines: [] };
    if (part.lines.length === 0) this.#parts.set(name, part);
    part.lines.push(line);
    this.size += line.length;
  }

  addChanges({ table, dt, lines }: ChangeLines): void {
    for (const line of lines) this.add(table, dt, line);
  }

  addEntry(entry: InboxEntry): void {
    for (const event of entry.events ?? []) this.addRow("events_log", eventsLogRow(event));
    for (const bad of entry.badEvents ?? []) this.addRow("bad_events", badEventRow(bad));
    for (const [table, rows] of Object.entries(entry.rows ?? {})) {
      for (const row of rows) this.addRow(table as LakeTable, row);
    }
  }

  parts(): readonly LakeLines[] {
    return [...this.#parts.values()];
  }

  addRow(table: LakeTable, row: { readonly dt: string }): void {
    this.add(table, row.dt, JSON.stringify(row));
  }
}
