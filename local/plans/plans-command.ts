import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { stringify as yamlText } from "yaml";
import type * as z from "zod";
import type { Inference, Violations } from "#contracts/http/tracking-plans.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { compilePlan } from "#core/plans/compile-plan.ts";
import { planTypes } from "#core/plans/plan-types.ts";
import { type Ask, askTarget, type CommandWorld, managementCommand, type Report } from "#local/management-command.ts";
import type { TargetAsked } from "#local/management-target.ts";
import { checkEvents } from "./check-events.ts";
import { readPlanFile, readPlanFiles, type WantedPlan } from "./plan-files.ts";
import { PLANS_HELP, type PlansAct, readPlansOptions } from "./plans-options.ts";
import { type Applied, appliedText, checkedText, listText, type ShownPlan, violationsText } from "./plans-report.ts";

/**
 * `plans list|apply|infer|check|types|violations`: answers the process's exit code. 0: done, and of `check`: all is as
 * planned; 1: refused, out of reach, or not as planned; 2: not understood.
 */
export const plansCommand = (args: readonly string[], world: CommandWorld): Promise<number> =>
  managementCommand(
    {
      args,
      options: readPlansOptions(args),
      help: PLANS_HELP,
      reportOn: (act, target) => reportOn(act, target, world),
    },
    world,
  );

async function reportOn(act: PlansAct, asked: TargetAsked, world: CommandWorld): Promise<Report | Rejection> {
  if (act.kind === "check") return check(act);
  if (act.kind === "types" && existsSync(act.plan)) {
    const read = await readPlanFile(act.plan);
    return isRejection(read) ? read : written(planTypes(read.plan), act.out);
  }
  // Read before anything is opened: what is wrong in a file changes nothing anywhere.
  const wanted = act.kind === "apply" ? await readPlanFiles(act.files) : [];
  return isRejection(wanted) ? wanted : askTarget(world, asked, (ask) => asking(act, wanted, ask));
}

async function check({ file, events }: PlansAct & { readonly kind: "check" }): Promise<Report | Rejection> {
  const read = await readPlanFile(file);
  if (isRejection(read)) return read;
  const { name, events: planned } = read.plan;
  if (events === undefined) {
    const text = `${file} is a plan: ${name}, with ${planned.length} events.\n`;
    return { json: { id: read.id, name, events: planned.length }, text };
  }
  const checked = await checkEvents(events, compilePlan(read.plan));
  if (isRejection(checked)) return checked;
  const isClean = checked.violating + checked.unplanned + checked.unreadable === 0;
  return { json: checked, text: checkedText(checked), ...(isClean ? {} : { failed: true }) };
}

/** To a file, or to stdout where none is named. */
async function written(text: string, out: string | undefined): Promise<Report | Rejection> {
  if (out === undefined) return { json: { text }, text };
  const failed = await writeFile(out, text).catch((error: Error) => error);
  if (failed instanceof Error) return rejection("plans.bad_file", `${out} cannot be written: ${failed.message}`);
  return { json: { out }, text: `${out} is written.\n` };
}

const PATH = "/api/tracking-plans";
const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

async function asking(
  act: Exclude<PlansAct, { readonly kind: "check" }>,
  wanted: readonly WantedPlan[],
  ask: Ask,
): Promise<Report | Rejection> {
  switch (act.kind) {
    case "list": {
      const all = await ask<{ readonly trackingPlans: readonly ShownPlan[] }>("GET", PATH);
      return isRejection(all) ? all : { json: all, text: listText(all.trackingPlans) };
    }
    case "apply":
      return apply(wanted, act.dryRun, ask);
    case "infer": {
      const inferred = await ask<z.output<typeof Inference>>("POST", `${PATH}/infer`, act.asked);
      if (isRejection(inferred)) return inferred;
      const heading = `# A draft from ${inferred.sampled} events. Go over it: what is there is not yet what should be.\n`;
      const report = await written(`${heading}${yamlText(inferred.plan)}`, act.out);
      return isRejection(report) || act.out !== undefined ? report : { ...report, json: inferred };
    }
    case "types": {
      const plan = await ask<ShownPlan>("GET", pathOf(act.plan));
      return isRejection(plan) ? plan : written(planTypes(plan), act.out);
    }
    case "violations": {
      const told = await ask<z.output<typeof Violations>>("GET", `${pathOf(act.id)}/violations${act.query}`);
      return isRejection(told) ? told : { json: told, text: violationsText(told, act.id) };
    }
  }
}

/** Makes what is not there, changes what differs, and leaves the rest alone; stops at the first that is refused. */
async function apply(wanted: readonly WantedPlan[], dryRun: boolean, ask: Ask): Promise<Report | Rejection> {
  const there = await ask<{ readonly trackingPlans: readonly ShownPlan[] }>("GET", PATH);
  if (isRejection(there)) return there;
  const known = new Map(there.trackingPlans.map((plan) => [plan.id, plan]));
  const done: Applied[] = [];
  for (const { id, plan } of wanted) {
    const one = known.get(id);
    const isSame = one !== undefined && isDeepStrictEqual(definitionOf(one), JSON.parse(JSON.stringify(plan)));
    const step: Applied = { id, done: one === undefined ? "created" : isSame ? "unchanged" : "changed" };
    const answer = dryRun || isSame ? step : await store(id, plan, one, ask);
    if (isRejection(answer)) {
      const before = done.length === 0 ? "" : ` Done before: ${done.map((applied) => applied.id).join(", ")}.`;
      return rejection(answer.code, `${id}: ${answer.message}.${before}`);
    }
    done.push(step);
  }
  return { json: { dryRun, plans: done }, text: appliedText(done, dryRun) };
}

const store = (id: string, plan: object, known: ShownPlan | undefined, ask: Ask): Promise<object | Rejection> =>
  known === undefined
    ? ask("POST", PATH, { ...plan, id })
    : ask("PUT", pathOf(id), { ...plan, version: known.version });

function definitionOf({ id: _id, version: _version, updatedAt: _at, ...definition }: ShownPlan): object {
  return definition;
}
