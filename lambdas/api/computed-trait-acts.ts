import type { COMPUTED_TRAIT_ROUTES } from "#contracts/http/computed-traits.ts";
import { computedNamesIn } from "#core/computed/computed-names.ts";
import { computedSentence } from "#core/computed/computed-sentence.ts";
import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import { fitsBeside, readComputedTrait } from "#core/computed/read-computed-trait.ts";
import { namesOn, USUAL_RFM } from "#core/computed/rfm.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { Acts } from "./act.ts";
import { previewComputed } from "./computed-preview.ts";
import { create, flat, get, replace } from "./defined-things.ts";
import { omit } from "./omit.ts";
import type { ApiPorts } from "./ports.ts";

export const computedTraitActs: Acts<typeof COMPUTED_TRAIT_ROUTES> = {
  listComputedTraits: async ({ computed }) => ({ computedTraits: (await computed.traits.list()).map(shown) }),
  createComputedTrait: async (ports, { body }) => {
    const trait = readTrait(body);
    return isRejection(trait) ? trait : createTrait(ports, trait);
  },
  getComputedTrait: async ({ computed }, { target }) => {
    const found = await get(computed.traits, "computed_trait", target);
    return isRejection(found) ? found : shown(found);
  },
  replaceComputedTrait: async (ports, { target, body, ifMatch }) => {
    const trait = readTrait(body);
    if (isRejection(trait)) return trait;
    if (trait.name !== target) {
      return rejection(
        "computed_trait.bad_definition",
        `name: it is ${target} and stays so; make another for another name`,
      );
    }
    const problem = (await clash(ports, trait)) ?? (await lostBy(ports, target, namesOn(trait)));
    if (problem !== undefined) return problem;
    const named = typeof body.version === "number" && Number.isSafeInteger(body.version) ? body.version : undefined;
    const change = { definition: trait, version: ifMatch ?? named };
    const stored = await replace(ports.computed.traits, "computed_trait", target, change);
    return isRejection(stored) ? stored : shown(stored);
  },
  deleteComputedTrait: async (ports, { target }) => {
    const problem = await lostBy(ports, target, []);
    if (problem !== undefined) return problem;
    return (await ports.computed.traits.delete(target))
      ? { id: target, deleted: true }
      : rejection("computed_trait.not_found", "there is no computed trait of this name");
  },
  previewComputedTrait: (ports, { body }) => previewComputed(ports, body),
  installRfm: (ports) => createTrait(ports, USUAL_RFM),
  refreshComputedTraits: async ({ computed }, { body }) => {
    const report = await computed.refresh({ full: body.full ?? false });
    if (isRejection(report)) return report;
    if (report.kind === "started") return { state: report.kind, run: null, now: null, looked: null, changed: null };
    const { kind: state, run, now, looked, changed } = report;
    return { state, run, now: isoTime(now), looked, changed };
  },
};

const shown = (trait: Defined<ComputedTrait>) => ({
  ...flat(trait),
  sentence: { en: computedSentence(trait.definition, "en"), fr: computedSentence(trait.definition, "fr") },
  traits: namesOn(trait.definition),
});

/** An answer may be sent back as it came: what only we say is not looked at. */
const readTrait = (sent: Readonly<Record<string, unknown>>) =>
  readComputedTrait(omit(sent, "id", "version", "updatedAt", "sentence", "traits"));

async function createTrait(ports: ApiPorts, trait: ComputedTrait) {
  const problem = await clash(ports, trait);
  if (problem !== undefined) return problem;
  const stored = await create(ports.computed.traits, "computed_trait", trait, trait.name);
  return isRejection(stored) ? stored : shown(stored);
}

async function clash({ computed }: ApiPorts, trait: ComputedTrait): Promise<Rejection | undefined> {
  const others = (await computed.traits.list()).filter(({ id }) => id !== trait.name);
  return fitsBeside(
    trait,
    others.map(({ definition }) => definition),
  );
}

/** Refuses to take away a name that a segment asks for: who was a member would be one no more, without a word. */
async function lostBy(
  { computed, segments }: ApiPorts,
  id: string,
  kept: readonly string[],
): Promise<Rejection | undefined> {
  const found = await computed.traits.get(id);
  if (found === undefined) return undefined;
  const lost = namesOn(found.definition).filter((name) => !kept.includes(name));
  if (lost.length === 0) return undefined;
  const users = (await segments.list()).filter(({ definition }) => {
    const asked = computedNamesIn(definition.condition);
    return lost.some((name) => asked.has(name));
  });
  if (users.length === 0) return undefined;
  const named = users.slice(0, 10).map((segment) => `segment ${segment.id}`);
  return rejection("computed_trait.in_use", `it is asked for by ${named.join(", ")}; change these first`);
}
