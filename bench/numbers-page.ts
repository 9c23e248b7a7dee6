import type { Outcome, Table } from "./benchmark.ts";
import { BENCHMARKS, type BenchmarkName } from "./benchmarks.ts";
import { figuresTable, targetsLine } from "./words.ts";

export interface Found {
  readonly name: BenchmarkName;
  readonly outcome: Outcome;
}

/** In words that fit every machine: neither its name nor whose it is. */
export interface Machine {
  readonly cores: number;
  readonly node: string;
}

/** The page of numbers, as Markdown. */
export function numbersPage(found: readonly Found[], machine: Machine): string {
  return `${[
    "# Numbers",
    `\`npm run bench\` wrote this page: on ${machine.cores} cores, with Node ${machine.node}. Nothing on it is written by hand; run it to have your own machine's. A figure is the median over several rounds, with the lowest and the highest beside it. A limit is what the same machine did at best in the same run with nothing of Tributary in it; "of the limit" is the figure divided by the limit.`,
    targetsLine(found.map(({ outcome }) => outcome)),
    ...found.flatMap(sectionLines),
  ].join("\n\n")}\n`;
}

function sectionLines({ name, outcome }: Found): readonly string[] {
  const heading = `## ${BENCHMARKS[name].title}`;
  if (outcome.kind === "skipped") return [heading, `Skipped: ${outcome.reason}.`];
  if (outcome.kind === "failed") return [heading, `Failed: ${outcome.reason}.`];
  const { section } = outcome;
  const table = section.table === undefined ? [] : [markdown(section.table)];
  return [heading, markdown(figuresTable(section)), ...table, ...section.notes];
}

function markdown({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}
