import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "./support/ministack.ts";
import { agree, evaluate, type Outcome, told } from "./support/trino-evaluate.ts";
import { EXPRESSIONS } from "./support/trino-expressions.ts";
import { type SharedLake, sharedLake } from "./support/trino-lake.ts";
import type { Trino } from "./support/trino-server.ts";

const PAGE = join(ROOT, "docs", "parity.md");
const BEGIN = "<!-- trino -->";
const END = "<!-- /trino -->";

interface Compared {
  readonly name: string;
  readonly expressions: readonly string[];
  readonly theirs: readonly Outcome[];
  readonly ours: readonly Outcome[];
}

/** Each function that analysts may use, by Trino and by the embedded runtime's translation; the page says what came of it. */
export function functionsMeanTheSame(server: Trino): void {
  const groups: (readonly [string, readonly Compared[]])[] = [];
  let lake: SharedLake;
  beforeAll(async () => {
    lake = await sharedLake(server, "no_rows", {});
  });
  afterAll(() => lake.close());

  describe.each(Object.entries(EXPRESSIONS))("%s", (group, functions) => {
    it("are known to both", async () => {
      const compared = await compare(lake, functions);
      groups.push([group, compared]);
      const unknown = compared.flatMap(({ expressions, theirs }) =>
        expressions.filter((_, nth) => isUnknown(theirs[nth])),
      );
      expect(unknown, "what Trino does not know").toEqual([]);
    });
  });

  it("are told of in docs/parity.md as they are (written by -u)", async () => {
    const page = readFileSync(PAGE, "utf8");
    const [before, rest] = page.split(BEGIN);
    const after = rest?.split(END)[1];
    if (before === undefined || after === undefined) throw new Error(`docs/parity.md has no ${BEGIN} … ${END}`);
    const table = groups.flatMap(([group, compared]) => tableOf(group, compared));
    const next = `${before}${BEGIN}\n\n${table.join("\n")}\n\n${END}${after}`;
    await expect(next).toMatchFileSnapshot(PAGE);
  });
}

async function compare(
  { trino, local }: SharedLake,
  functions: Readonly<Record<string, readonly string[]>>,
): Promise<readonly Compared[]> {
  const all = Object.values(functions).flat();
  const theirs = await evaluate(trino, all);
  const ours: Outcome[] = [];
  // One by one: the translator's words on one expression must not be about another.
  for (const expression of all) ours.push(...(await evaluate(local.analyst, [expression])));
  let from = 0;
  return Object.entries(functions).map(([name, expressions]) => {
    const [begin, end] = [from, from + expressions.length];
    from = end;
    return { name, expressions, theirs: theirs.slice(begin, end), ours: ours.slice(begin, end) };
  });
}

const isUnknown = (outcome: Outcome | undefined): boolean =>
  outcome === undefined || ("refused" in outcome && /^(FUNCTION_NOT_FOUND|SYNTAX_ERROR)/.test(outcome.refused));

function tableOf(group: string, compared: readonly Compared[]): readonly string[] {
  const rows = compared.map(({ name, expressions, theirs, ours }) => {
    const others = expressions.flatMap((expression, nth) => differenceOf(expression, theirs[nth], ours[nth]));
    const same = expressions.length - others.length;
    return `| ${code(name)} | ${same} of ${expressions.length} | ${others.join("<br>")} |`;
  });
  return ["", `**${group}**`, "", "| function | the same | otherwise |", "| --- | --- | --- |", ...rows];
}

function differenceOf(expression: string, theirs?: Outcome, ours?: Outcome): readonly string[] {
  if (theirs === undefined || ours === undefined) throw new Error(`${expression} was not evaluated`);
  if (agree(theirs, ours)) return [];
  return [`${code(expression)}: Trino ${code(told(theirs))}, here ${code(told(ours))}`];
}

/** In a cell of a table a bar would end the cell, also within code. */
const code = (text: string): string => `\`${text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ")}\``;
