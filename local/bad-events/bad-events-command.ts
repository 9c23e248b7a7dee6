import { closeSync, openSync, renameSync, writeFileSync } from "node:fs";
import { Presets, SingleBar } from "cli-progress";
import type * as z from "zod";
import { badEventJsonSchema } from "#contracts/http/bad-event-item.ts";
import type { BadEvents, Recoveries } from "#contracts/http/bad-events.ts";
import type { RecoveryRule } from "#core/events/recovery/rule.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import type { ManagementTarget, openManagementTarget } from "#local/management-target.ts";
import { tableText } from "#local/table-text.ts";
import { BAD_EVENTS_HELP, type BadEventOptions, readBadEventOptions } from "./bad-event-options.ts";
import { readRules } from "./read-rules.ts";
import { reportLines, reportOf } from "./recovery-report.ts";

export interface BadEventsWorld {
  readonly open: typeof openManagementTarget;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

type Page = z.output<typeof BadEvents>;

/** `bad-events …`: answers the process's exit code. 0: done; 1: refused or failed, the reason is on stderr; 2: not understood. */
export async function badEventsCommand(args: readonly string[], world: BadEventsWorld): Promise<number> {
  const asked = readBadEventOptions(args);
  if (asked === "help") return say(world, BAD_EVENTS_HELP, 0);
  if (asked instanceof Error) return fail(world, `${asked.message}\nSee npm run local -- bad-events --help`, 2);
  if (asked.deed === "schema") return say(world, `${JSON.stringify(badEventJsonSchema(), null, 2)}\n`, 0);
  const rules = asked.rules === undefined ? [] : readRules(asked.rules);
  if (rules instanceof Error) return fail(world, rules.message, 1);
  const target = await world.open(asked.target);
  if (isRejection(target)) return fail(world, `${target.message} (${target.code})`, 2);
  try {
    if (asked.deed === "list") await list(target, asked, world);
    else if (asked.deed === "export") await exportAll(target, asked, world);
    else await recover(target, asked, rules, world);
    return 0;
  } catch (error) {
    return fail(world, (error as Error).message, 1);
  } finally {
    await target.close();
  }
}

function say(world: BadEventsWorld, text: string, code: number): number {
  world.stdout.write(text);
  return code;
}

function fail(world: BadEventsWorld, text: string, code: number): number {
  world.stderr.write(`${text}\n`);
  return code;
}

/** What the API answers, or its refusal in words as an error. */
async function answered<T>(target: ManagementTarget, method: string, path: string, body?: unknown): Promise<T> {
  const { status, body: told } = await target.ask(method, path, body);
  if (status !== 200) throw new Error(`${told?.message ?? `the answer was ${status}`} (${told?.code ?? status})`);
  return told as T;
}

function page(
  target: ManagementTarget,
  { filter, recovered }: BadEventOptions,
  more: Readonly<Record<string, string>>,
): Promise<Page> {
  const query = new URLSearchParams({ ...filter, ...(recovered === undefined ? {} : { recovered }), ...more });
  return answered(target, "GET", `/api/bad-events?${query.toString()}`);
}

async function list(target: ManagementTarget, asked: BadEventOptions, world: BadEventsWorld): Promise<void> {
  const found = await page(target, asked, { limit: String(asked.limit) });
  if (asked.json) {
    world.stdout.write(`${JSON.stringify(found)}\n`);
    return;
  }
  const names = ["received", "id", "code", "source", "event", "recovered", "problem"];
  const rows = found.badEvents.map(({ receivedAt, id, code, source, event, recoveredAt, problems }) => {
    const [first] = problems;
    return [
      receivedAt,
      id,
      code,
      source,
      event,
      recoveredAt === null ? "" : "yes",
      `${first?.path} ${first?.message}`.trim(),
    ];
  });
  const counts = found.counts.map(({ code, count }) => `${code} ${count}`).join(", ");
  world.stdout.write(tableText({ columns: names.map((name) => ({ name, type: "varchar" })), rows }));
  world.stdout.write(`since ${found.since}: ${counts === "" ? "none" : counts}\n`);
  if (found.next !== null) world.stdout.write("There are more: --limit, narrower filters, or export.\n");
}

/** A line for each, latest first. A file is there when it is whole, and not before. */
async function exportAll(target: ManagementTarget, asked: BadEventOptions, world: BadEventsWorld): Promise<void> {
  const { out } = asked;
  const file = out === undefined ? undefined : openSync(`${out}.part`, "w", 0o600);
  let written = 0;
  try {
    let cursor: string | null | undefined;
    do {
      const found: Page = await page(target, asked, { limit: "1000", ...(cursor ? { cursor } : {}) });
      const lines = found.badEvents.map((bad) => `${JSON.stringify(bad)}\n`).join("");
      if (file === undefined) world.stdout.write(lines);
      else writeFileSync(file, lines);
      written += found.badEvents.length;
      cursor = found.next;
    } while (cursor !== null);
  } finally {
    if (file !== undefined) closeSync(file);
  }
  if (out === undefined) return;
  renameSync(`${out}.part`, out);
  world.stderr.write(`${written} bad events in ${out}; their form: npm run local -- bad-events schema\n`);
}

async function recover(
  target: ManagementTarget,
  asked: BadEventOptions,
  rules: readonly RecoveryRule[],
  world: BadEventsWorld,
): Promise<void> {
  const { filter, ids, apply, json } = asked;
  const bar = !json && world.stderr.isTTY === true ? await barOver(target, asked, world) : undefined;
  const pages: z.output<typeof Recoveries>[] = [];
  try {
    let cursor: string | null | undefined;
    do {
      const body = { filter: { ...filter, ...(ids.length === 0 ? {} : { ids }) }, rules, dryRun: !apply };
      const more = cursor ? { cursor } : {};
      const tried = await answered<(typeof pages)[number]>(target, "POST", "/api/bad-events/recover", {
        ...body,
        ...more,
      });
      pages.push(tried);
      bar?.increment(tried.outcomes.length);
      cursor = tried.next;
    } while (cursor !== null);
  } finally {
    bar?.stop();
  }
  const report = reportOf(pages);
  world.stdout.write(json ? `${JSON.stringify(report)}\n` : `${reportLines(report).join("\n")}\n`);
}

/** How many there are to try is known only by asking. */
async function barOver(
  target: ManagementTarget,
  asked: BadEventOptions,
  { stderr }: BadEventsWorld,
): Promise<SingleBar> {
  const { counts } = await page(target, { ...asked, recovered: "false" }, { limit: "1" });
  const total = asked.ids.length || counts.reduce((sum, { count }) => sum + count, 0);
  const format = " {bar} {percentage}% | {value} of {total} bad events | {eta_formatted} left";
  const bar = new SingleBar(
    { stream: stderr, format, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return bar;
}
