import { readFileSync } from "node:fs";
import type { Client } from "./client.ts";
import { FAULT_NAMES, type FaultName } from "./faults.ts";

/** What became of a client's events: all arrived, each once; none did; or some did, or some twice. */
export type Outcome = "kept" | "lost" | "wrong";

/** A client with what was seen of it, behind each fault that it met. */
export interface ClientRow {
  readonly client: Client;
  readonly outcomes: ReadonlyMap<FaultName | undefined, Outcome>;
}

const MARKS: Readonly<Record<Outcome, string>> = { kept: "✓", lost: "lost", wrong: "**wrong**" };

const version = (name: string): string => {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
};

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** One table, in Markdown: a line for each client, a column for each fault that any of them met. */
export function clientsTable(rows: readonly ClientRow[]): string {
  const faults = FAULT_NAMES.filter((fault) => rows.some(({ outcomes }) => outcomes.has(fault)));
  const head = ["client", "version", "set up", "calls", "stored", "repeats", ...faults];
  return [
    line(head),
    line(head.map(() => "---")),
    ...rows.map(({ client, outcomes }) =>
      line([
        `\`${client.package}\``,
        version(client.package),
        client.setup,
        String(client.calls.length),
        ...[undefined, "repeats" as const, ...faults].map((column) =>
          column === "repeats" ? client.repeats : MARKS[outcomes.get(column) ?? "wrong"],
        ),
      ]),
    ),
  ].join("\n");
}

/** A page with what stands between `<!-- name -->` and `<!-- /name -->` written anew. */
export const withPart = (page: string, name: string, part: string): string =>
  page.replace(
    new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`),
    (_whole, open, close) => `${open}\n${part}\n\n${close}`,
  );
