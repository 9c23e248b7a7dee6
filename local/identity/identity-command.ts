import { setTimeout as sleep } from "node:timers/promises";
import { stringify as yamlText } from "yaml";
import type * as z from "zod";
import type { RehearsalAnswered, RetoldAnswered, RulesShown } from "#contracts/http/identity.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Untold } from "#core/identity/untold-by-rehearsal.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { addRehearsals, emptyRehearsal } from "#core/profiles/rehearsal.ts";
import { type Ask, askTarget, type CommandWorld, managementCommand, type Report } from "#local/management-command.ts";
import type { TargetAsked } from "#local/management-target.ts";
import { IDENTITY_HELP, type IdentityAct, readIdentityOptions } from "./identity-options.ts";
import { rehearsalText } from "./identity-report.ts";
import { type KeysBar, keysBar, NO_KEYS_BAR } from "./keys-bar.ts";
import { readRulesFile } from "./rules-file.ts";

/** What the command needs of the world: a terminal shows a bar. */
export interface IdentityWorld extends CommandWorld {
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** What an act is done with: the rules of its file, somebody to ask, and a bar. */
interface Doing {
  readonly rules: IdentityRules | undefined;
  readonly ask: Ask;
  readonly bar: KeysBar;
}

/**
 * `identity rules show|check|dry-run|apply|retell`: answers the process's exit code. 0: done; 1: refused or out of
 * reach; 2: not understood.
 */
export const identityCommand = (args: readonly string[], world: IdentityWorld): Promise<number> =>
  managementCommand(
    {
      args,
      options: readIdentityOptions(args),
      help: IDENTITY_HELP,
      reportOn: (act, target) => {
        const isSeen = world.stderr.isTTY === true && !args.includes("--json");
        return reportOn(act, target, world, isSeen ? keysBar(world.stderr) : NO_KEYS_BAR);
      },
    },
    world,
  );

async function reportOn(
  act: IdentityAct,
  asked: TargetAsked,
  world: IdentityWorld,
  bar: KeysBar,
): Promise<Report | Rejection> {
  // Read before anything is opened: what is wrong in the file changes nothing anywhere.
  const rules = "file" in act ? await readRulesFile(act.file) : undefined;
  if (isRejection(rules)) return rules;
  if (act.kind === "check") return { json: { rules }, text: `These rules can be gone by:\n${yamlText(rules)}` };
  return askTarget(world, asked, (ask) => done(act, { rules, ask, bar }).finally(() => bar.stop()));
}

const RULES = "/api/identity/rules";

function done(act: Exclude<IdentityAct, { readonly kind: "check" }>, doing: Doing): Promise<Report | Rejection> {
  switch (act.kind) {
    case "show":
      return show(doing);
    case "dry-run":
      return rehearse(act, doing);
    case "apply":
      return apply(doing);
    case "retell":
      return retell(act, doing);
  }
}

type Shown = z.output<typeof RulesShown>;

async function show({ ask }: Doing): Promise<Report | Rejection> {
  const shown = await ask<Shown>("GET", RULES);
  if (isRejection(shown)) return shown;
  const { retelling } = shown;
  const state =
    retelling === null
      ? "# The lake was told of all of it.\n"
      : `# The lake is being told: ${retelling.looked} of about ${retelling.of} identifiers.\n`;
  return { json: shown, text: `${yamlText(shown.rules)}${state}` };
}

type Page = z.output<typeof RehearsalAnswered>;

async function rehearse(
  { page: limit, values }: IdentityAct & { readonly kind: "dry-run" },
  { rules, ask, bar }: Doing,
): Promise<Report | Rejection> {
  let rehearsal = emptyRehearsal();
  let cannotTell: readonly Untold[] = [];
  let looked = 0;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const asked = { rules, limit, values, ...(cursor === undefined ? {} : { cursor }) };
    const page = await ask<Page>("POST", "/api/identity/dry-run", asked);
    if (isRejection(page)) return page;
    rehearsal = addRehearsals(rehearsal, page.rehearsal);
    cannotTell = page.cannotTell as readonly Untold[];
    looked += page.looked;
    bar.show(looked, page.of);
    cursor = page.next;
  }
  bar.stop();
  return { json: { rehearsal, cannotTell }, text: rehearsalText(rehearsal, cannotTell) };
}

/** How often to ask how far it is, in ms. */
const LOOK_MS = 100;

async function apply({ rules, ask, bar }: Doing): Promise<Report | Rejection> {
  let shown = await ask<Shown>("PUT", RULES, rules);
  while (!isRejection(shown) && shown.retelling !== null) {
    bar.show(shown.retelling.looked, shown.retelling.of);
    await sleep(LOOK_MS);
    shown = await ask<Shown>("GET", RULES);
  }
  if (isRejection(shown)) return shown;
  return { json: shown, text: "These rules hold now, and the lake was told of everybody whom they change.\n" };
}

type Retold = z.output<typeof RetoldAnswered>;

async function retell(
  { page: limit, after }: IdentityAct & { readonly kind: "retell" },
  { ask, bar }: Doing,
): Promise<Report | Rejection> {
  let looked = 0;
  let retold = 0;
  for (let cursor: string | null | undefined = after; cursor !== null; ) {
    const asked: object = { limit, ...(cursor === undefined ? {} : { cursor }) };
    const page: Retold | Rejection = await ask<Retold>("POST", "/api/identity/retell", asked);
    if (isRejection(page)) {
      const goOn = cursor === undefined ? "" : ` Go on with: --after ${cursor}`;
      return rejection(page.code, `${page.message}.${goOn}`);
    }
    looked += page.looked;
    retold += page.retold;
    bar.show(looked, page.of);
    cursor = page.next;
  }
  bar.stop();
  const text = `The lake is told of ${retold} components, of ${looked} identifiers looked at.\n`;
  return { json: { looked, retold }, text };
}
