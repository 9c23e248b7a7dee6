import type { Problem } from "./bad-event.ts";

/** What is wrong in several places, said once: `["not in the plan","properties.sku","properties.price"]`. */
type Said = readonly [message: string, ...paths: string[]];

/**
 * The text that `plan_problems` holds: lists of a message and the places it is about. A plan says few different things
 * of an event, and most of them of several members.
 */
export function problemsText(problems: readonly Problem[]): string {
  const paths = new Map<string, string[]>();
  for (const { path, message } of problems) {
    const known = paths.get(message);
    if (known === undefined) paths.set(message, [path]);
    else known.push(path);
  }
  return JSON.stringify([...paths].map(([message, about]): Said => [message, ...about]));
}

/** Reads it back, also as it was written before: a list of problems, each with its message. */
export const problemsIn = (text: string): readonly Problem[] =>
  (JSON.parse(text) as readonly (Said | Problem)[]).flatMap((said) => ("path" in said ? [said] : problemsOf(said)));

const problemsOf = ([message, ...paths]: Said): readonly Problem[] => paths.map((path) => ({ path, message }));
