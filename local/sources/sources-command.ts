import type { ShownSource } from "#contracts/http/sources.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { type Ask, askTarget, type CommandWorld, managementCommand, type Report } from "#local/management-command.ts";
import type { TargetAsked } from "#local/management-target.ts";
import { type Step, stepsTo } from "./apply-sources.ts";
import { readSourceFiles } from "./source-files.ts";
import { readSourcesOptions, SOURCES_HELP, type SourcesAct } from "./sources-options.ts";
import { type Applied, appliedText, keyText, listText, revokedText } from "./sources-report.ts";

/**
 * `sources list|apply|add|rotate|revoke`: answers the process's exit code. 0: done; 1: refused or out of reach, the
 * reason is on stderr; 2: not understood.
 */
export const sourcesCommand = (args: readonly string[], world: CommandWorld): Promise<number> =>
  managementCommand(
    {
      args,
      options: readSourcesOptions(args),
      help: SOURCES_HELP,
      reportOn: (act, target) => reportOn(act, target, world),
    },
    world,
  );

async function reportOn(act: SourcesAct, asked: TargetAsked, world: CommandWorld): Promise<Report | Rejection> {
  // Read before anything is opened: what is wrong in a file changes nothing anywhere.
  const wanted = act.kind === "apply" ? await readSourceFiles(act.files) : [];
  if (isRejection(wanted)) return wanted;
  return askTarget(world, asked, async (ask) => {
    if (act.kind !== "apply") return await once(act, ask);
    const there = await ask<{ readonly sources: readonly ShownSource[] }>("GET", "/api/sources");
    return isRejection(there) ? there : await apply(stepsTo(wanted, there.sources), act.dryRun, ask);
  });
}

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
