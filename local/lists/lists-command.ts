import { readFile } from "node:fs/promises";
import type * as z from "zod";
import type { LIST_ROUTES } from "#contracts/http/lists.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { type Ask, askTarget, type CommandWorld, managementCommand, type Report } from "#local/management-command.ts";
import type { TargetAsked } from "#local/management-target.ts";
import { csvParts } from "./csv-parts.ts";
import { LISTS_HELP, type ListsAct, readListsOptions } from "./lists-options.ts";

type Lists = z.output<(typeof LIST_ROUTES)["lists"]["answer"]>;
type Shown = z.output<(typeof LIST_ROUTES)["getList"]["answer"]>;
type Taken = z.output<(typeof LIST_ROUTES)["importMembers"]["answer"]>;
type Import = ListsAct & { readonly kind: "import" };

/**
 * `lists import|list|show|delete`: answers the process's exit code. 0: done; 1: refused or out of reach, the reason is on
 * stderr; 2: not understood.
 */
export const listsCommand = (args: readonly string[], world: CommandWorld): Promise<number> =>
  managementCommand(
    {
      args,
      options: readListsOptions(args),
      help: LISTS_HELP,
      reportOn: (act, target) => reportOn(act, target, world),
    },
    world,
  );

async function reportOn(act: ListsAct, asked: TargetAsked, world: CommandWorld): Promise<Report | Rejection> {
  if (act.kind !== "import") return askTarget(world, asked, (ask) => once(act, ask));
  // Read before anything is opened.
  const csv = await readFile(act.file, "utf8").catch((error: Error) => error);
  if (csv instanceof Error) return rejection("lists.no_file", `${act.file} cannot be read: ${csv.message}`);
  return askTarget(world, asked, (ask) => importFile(act, csvParts(csv), ask));
}

async function once(act: Exclude<ListsAct, Import>, ask: Ask): Promise<Report | Rejection> {
  if (act.kind === "list") {
    const all = await ask<Lists>("GET", "/api/lists");
    return isRejection(all) ? all : { json: all, text: listText(all) };
  }
  const path = `/api/lists/${encodeURIComponent(act.id)}`;
  if (act.kind === "delete") {
    const deleted = await ask<{ readonly id: string }>("DELETE", path);
    return isRejection(deleted) ? deleted : { json: deleted, text: `${act.id} is deleted.\n` };
  }
  const shown = await ask<Shown>("GET", path);
  if (isRejection(shown)) return shown;
  const { name, identifiers, people, importedAt } = shown;
  return {
    json: shown,
    text: `${name}: ${identifiers} identifiers, ${people} people; imported ${importedAt ?? "never"}.\n`,
  };
}

const listText = ({ lists }: Lists): string =>
  lists.length === 0
    ? "There is no list yet: lists import FILE --id ID makes one.\n"
    : lists.map(({ id, name, identifiers }) => `${id}  ${name}  ${identifiers} identifiers\n`).join("");

/** Sends a file part by part; the list stays as it was until the last part is there. */
async function importFile(act: Import, parts: readonly string[], ask: Ask): Promise<Report | Rejection> {
  const path = `/api/lists/${encodeURIComponent(act.id)}`;
  const there = await ask<Shown>("GET", path);
  if (isRejection(there) && there.code !== "list.not_found") return there;
  const sums = { taken: 0, repeated: 0, bad: 0 };
  const problems: { line: number; reason: string }[] = [];
  let [last, linesBefore]: [Taken | undefined, number] = [undefined, 0];
  for (const [at, csv] of parts.entries()) {
    const content = { csv, types: act.types, more: at < parts.length - 1 };
    const mode = at > 0 ? "continue" : act.append ? "append" : "replace";
    const isNew = at === 0 && isRejection(there);
    const answer = isNew
      ? await ask<Taken>("POST", "/api/lists", { id: act.id, name: act.name ?? act.id, ...content })
      : await ask<Taken>("POST", `${path}/members`, { mode, ...content });
    if (isRejection(answer)) return answer;
    for (const name of ["taken", "repeated", "bad"] as const) sums[name] += answer[name];
    problems.push(...answer.problems.map(({ line, reason }) => ({ line: line + linesBefore, reason })));
    // Each part repeats the header.
    linesBefore += csv.split("\n").length - 2;
    last = answer;
  }
  return reportOf({ list: last?.list, ...sums, problems });
}

interface Imported extends Omit<Taken, "list"> {
  readonly list: Taken["list"] | undefined;
}

const SHOWN_PROBLEMS = 10;

const reportOf = (imported: Imported): Report => ({
  json: imported,
  text: [
    `${imported.taken} identifiers are on the list ${imported.list?.id ?? ""}; ${imported.repeated} came twice, ${imported.bad} could not be used.`,
    ...imported.problems.slice(0, SHOWN_PROBLEMS).map(({ line, reason }) => `  line ${line}: ${reason}`),
    "",
  ].join("\n"),
});
