import { isJsonObject } from "#core/kernel/json.ts";
import type { FileRow } from "./file-row.ts";

/** A line of a JSON lines file as a row. */
export function jsonRow(text: string, line: number, number: number): FileRow {
  const broken = (reason: string): FileRow => ({ kind: "broken", number, line, text, reason });
  try {
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) return broken("a line that is no JSON object");
    return { kind: "row", number, line, value };
  } catch (error) {
    return broken(`a line that is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
