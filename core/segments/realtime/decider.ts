import { canonicalJson, type Json, valueAt } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { passes } from "#core/segments/passes.ts";
import { testIn } from "#core/segments/value-test.ts";
import { eventDecider, sequenceDecider } from "./decide-events.ts";
import { allOf, anyOf, type Decision, decided, NEVER, notOf } from "./decision.ts";
import type { KnownPerson } from "./known-person.ts";
import { testTurns } from "./turns.ts";

/** One look at one person: what was decided in it is not decided twice. */
export interface Look {
  readonly person: KnownPerson;
  readonly now: EpochMs;
}

export const lookAt = (person: KnownPerson, now: EpochMs): Look => ({ person, now });

/** A condition made ready: what it comes to in a look. */
export type Decider = (look: Look) => Decision;

type Plain = (person: KnownPerson, now: EpochMs) => Decision;

/** Makes conditions ready. Parts that several of them have in common are made, and decided in a look, once. */
export class Deciders {
  readonly #made = new Map<string, Decider>();

  of(condition: ResolvedCondition): Decider {
    const name = canonicalJson(condition as unknown as Json);
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const made = remembering(this.#make(condition));
    this.#made.set(name, made);
    return made;
  }

  #make(condition: ResolvedCondition): Decider {
    if ("all" in condition) return this.#list(condition.all, false);
    if ("any" in condition) return this.#list(condition.any, true);
    if ("not" in condition) {
      const inner = this.of(condition.not);
      return (look) => notOf(inner(look));
    }
    const plain = leafDecider(condition);
    return ({ person, now }) => plain(person, now);
  }

  #list(conditions: readonly ResolvedCondition[], enough: boolean): Decider {
    const inner = conditions.map((condition) => this.of(condition));
    const combine = enough ? anyOf : allOf;
    return (look) => {
      const parts: Decision[] = [];
      for (const decide of inner) {
        const part = decide(look);
        if (part.answer === enough && part.until === NEVER) return part;
        parts.push(part);
      }
      return combine(parts);
    };
  }
}

/** Decides once in a look, and gives what it decided to whoever asks in the same look. */
function remembering(decide: Decider): Decider {
  let [lastLook, last]: [Look | undefined, Decision | undefined] = [undefined, undefined];
  return (look) => {
    if (last !== undefined && lastLook === look) return last;
    const decision = decide(look);
    lastLook = look;
    last = decision;
    return decision;
  };
}

type Leaf = Exclude<
  ResolvedCondition,
  { readonly all: unknown } | { readonly any: unknown } | { readonly not: unknown }
>;

function leafDecider(condition: Leaf): Plain {
  if ("trait" in condition) return valueDecider(condition, condition.trait, ({ traits }) => traits);
  if ("computed" in condition) return valueDecider(condition, condition.computed, ({ computed }) => computed);
  if ("consent" in condition) {
    const { consent: purpose, is } = condition;
    return ({ consent }) =>
      decided(((Object.hasOwn(consent, purpose) ? consent[purpose] : undefined) ?? "unknown") === is);
  }
  if ("list" in condition) {
    const { list } = condition;
    return ({ lists }) => decided(lists?.has(list));
  }
  return "sequence" in condition ? sequenceDecider(condition) : eventDecider(condition);
}

function valueDecider(node: object, path: string, among: (person: KnownPerson) => Json | undefined): Plain {
  const test = testIn(node);
  return (person, now) => {
    const root = among(person);
    if (root === undefined) return decided(undefined);
    const value = valueAt(root, path);
    return decided(passes(test, value, now), testTurns(test, value, now));
  };
}
