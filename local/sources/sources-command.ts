import type { ShownSource } from "#contracts/http/sources.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { ManagementTarget, TargetAsked } from "#local/management-target.ts";
import { type Step, stepsTo } from "./apply-sources.ts";
import { readSourceFiles } from "./source-files.ts";
import { readSourcesOptions, SOURCES_HELP, type SourcesAct } from "./sources-options.ts";
import { type Applied, appliedText, keyText, listText, revokedText } from "./sources-report.ts";

/** What the command needs of the world. */
export interface SourcesWorld {
  readonly open: (asked: TargetAsked) => Promise<ManagementTarget | Rejection>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** What is to be printed: as JSON, or as words. `failed` where only a part of what was asked was done, with the reason. */
interface Report {
  readonly json: object;
  readonly text: string;
  readonly failed?: Rejection;
}

/**
 * `sources list|apply|add|rotate|revoke`: answers the process's exit code. 0: done; 1: refused or out of reach, the
 * reason is on stderr; 2: not understood.
 */
export async function sourcesCommand(args: readonly string[], world: SourcesWorld): Promise<number> {
  const options = readSourcesOptions(args);
  if (options === "help") {
    world.stdout.write(SOURCES_HELP);
    return 0;
  }
  const isJson = args.includes("--json");
  if (isRejection(options)) return refuse(options, isJson, world);
  const report = await reportOn(options.act, options.target, world);
  if (isRejection(report)) return refuse(report, isJson, world);
  world.stdout.write(isJson ? `${JSON.stringify(report.json)}\n` : report.text);
  if (report.failed === undefined) return 0;
  world.stderr.write(`${report.failed.message} (${report.failed.code})\n`);
  return 1;
}

function refuse({ code, message }: Rejection, isJson: boolean, world: SourcesWorld): number {
  if (isJson) world.stdout.write(`${JSON.stringify({ code, message })}\n`);
  else world.stderr.write(`${message} (${code})\n`);
  return code.endsWith(".bad_options") ? 2 : 1;
}

async function reportOn(act: SourcesAct, asked: TargetAsked, world: SourcesWorld): Promise<Report | Rejection> {
  // Read before anything is opened: what is wrong in a file changes nothing anywhere.
  const wanted = act.kind === "apply" ? await readSourceFiles(act.files) : [];
  if (isRejection(wanted)) return wanted;
  const target = await world.open(asked);
  if (isRejection(target)) return target;
  try {
    const ask = askingOf(target);
    if (act.kind !== "apply") return await once(act, ask);
    const there = await ask<{ readonly sources: readonly ShownSource[] }>("GET", "/api/sources");
    return isRejection(there) ? there : await apply(stepsTo(wanted, there.sources), act.dryRun, ask);
  } finally {
    await target.close();
  }
}

type Ask = <Answer>(method: string, path: string, body?: object) => Promise<Answer | Rejection>;

/** Asks, and answers what was refused, or that nobody is there, as a rejection. */
const askingOf =
  (target: ManagementTarget): Ask =>
  async (method, path, body) => {
    const answer = await target.ask(method, path, body).catch((error: Error) => error);
    if (answer instanceof Error) return rejection("target.out_of_reach", answer.message);
    if (answer.status < 400) return answer.body;
    const { code = "target.refused", message = "it gives no reason" } = answer.body ?? {};
    return rejection(String(code), `${method} ${path} was answered ${answer.status}: ${message}`);
  };

interface WithKey extends ShownSource {
  readonly writeKey: string;
}

async function once(act: Exclude<SourcesAct, { kind: "apply" }>, ask: Ask): Promise<Report | Rejection> {
  if (act.kind === "list") {
    const all = await ask<{ readonly sources: readonly ShownSource[] }>("GET", "/api/sources");
    return isRejection(all) ? all : { json: all, text: listText(all.sources) };
  }
  const path = `/api/sources/${encodeURIComponent(act.id)}`;
  if (act.kind === "revoke") {
    const left = await ask<ShownSource>("DELETE", `${path}/keys/${encodeURIComponent(act.keyId)}`);
    return isRejection(left) ? left : { json: left, text: revokedText(left, act.keyId) };
  }
  const made =
    act.kind === "add"
      ? await ask<WithKey>("POST", "/api/sources", { id: act.id, ...act.settings })
      : await ask<WithKey>("POST", `${path}/keys`);
  return isRejection(made) ? made : { json: made, text: keyText(made, made.writeKey) };
}

/** Takes one step after another, and stops at the first that is refused: what was done is said, keys above all. */
async function apply(steps: readonly Step[], dryRun: boolean, ask: Ask): Promise<Report> {
  const done: Applied[] = [];
  for (const step of steps) {
    const applied = dryRun ? rehearsed(step) : await take(step, ask);
    if (isRejection(applied)) {
      const failed = rejection(applied.code, `${step.wanted.id}: ${applied.message}. What follows it was left alone.`);
      return { ...reportOf(done, dryRun, failed), failed };
    }
    done.push(applied);
  }
  return reportOf(done, dryRun);
}

const reportOf = (done: readonly Applied[], dryRun: boolean, failed?: Rejection): Report => ({
  json: { dryRun, sources: done, ...(failed && { failed: { code: failed.code, message: failed.message } }) },
  text: appliedText(done, dryRun),
});

const rehearsed = (step: Step): Applied => ({
  id: step.wanted.id,
  done: DONE[step.kind],
  differs: step.kind === "change" ? step.differs : [],
});

const DONE = { create: "created", change: "changed", leave: "unchanged" } as const;

async function take(step: Step, ask: Ask): Promise<Applied | Rejection> {
  const { id, settings } = step.wanted;
  if (step.kind === "leave") return rehearsed(step);
  if (step.kind === "change") {
    const path = `/api/sources/${encodeURIComponent(id)}`;
    const changed = await ask<ShownSource>("PUT", path, { ...settings, version: step.version });
    return isRejection(changed) ? changed : rehearsed(step);
  }
  const made = await ask<WithKey>("POST", "/api/sources", { ...settings, id });
  return isRejection(made) ? made : { ...rehearsed(step), writeKey: made.writeKey };
}
