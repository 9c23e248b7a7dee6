import type { ShownSource } from "#contracts/http/sources.ts";
import { tableText } from "#local/table-text.ts";

/** What became, or would become, of one source of a file. */
export interface Applied {
  readonly id: string;
  readonly done: "created" | "changed" | "unchanged";
  /** The names of what changed. */
  readonly differs: readonly string[];
  /** The key that was made with it: this is the only time that it is said. */
  readonly writeKey?: string;
}

const text = (name: string) => ({ name, type: "varchar" });

export const listText = (sources: readonly ShownSource[]): string =>
  tableText({
    columns: ["id", "name", "kind", "on", "keys", "origins"].map(text),
    rows: sources.map(({ id, name, kind, enabled, keys, allowedOrigins }) => [
      id,
      name,
      kind,
      enabled ? "on" : "off",
      keys.map((key) => `${key.id} of ${key.createdAt.slice(0, 10)}`).join(", "),
      allowedOrigins?.join(" ") ?? "any",
    ]),
  });

const ONCE = "It is shown this once and kept nowhere: give it to the sender now.";

export function keyText({ id, keys }: ShownSource, writeKey: string): string {
  const [newest, ...older] = keys.map((key) => key.id);
  const next = older.map((old) => `Once all send with it: npm run local -- sources revoke ${id} ${old}\n`).join("");
  return `write key of ${id}: ${writeKey}\n${ONCE} Its id is ${newest}.\n${next}`;
}

export function revokedText({ id, keys }: ShownSource, keyId: string): string {
  const left = keys.map((key) => key.id).join(" and ") || "none";
  return `The key ${keyId} of ${id} is revoked; left: ${left}. Whoever sends with it is answered 401, within a minute everywhere.\n`;
}

export function appliedText(all: readonly Applied[], dryRun: boolean): string {
  const width = Math.max(0, ...all.map(({ id }) => id.length));
  const lines = all.map(({ id, done, differs, writeKey }) => {
    const what = dryRun && done !== "unchanged" ? `would be ${done}` : done;
    const more = differs.length === 0 ? "" : `: ${differs.join(", ")}`;
    return `${id.padEnd(width)}  ${what}${more}${writeKey === undefined ? "" : `, write key ${writeKey}`}\n`;
  });
  const hasKeys = all.some(({ writeKey }) => writeKey !== undefined);
  return `${lines.join("")}${hasKeys ? "Write keys are shown this once and kept nowhere: give them to their senders now.\n" : ""}`;
}
