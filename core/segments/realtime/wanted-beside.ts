import type { WantedBeside } from "#core/segments/ports.ts";
import { dependency } from "./dependencies.ts";

const COMPUTED = dependency("computed", "");
const LIST = dependency("list", "");

/** What those who depend on this ask for beside profiles; `undefined` where they ask for nothing. */
export function besideIn(dependencies: ReadonlySet<string>): WantedBeside | undefined {
  const names = [...dependencies];
  const computed = names.some((name) => name.startsWith(COMPUTED));
  const lists = names.flatMap((name) => (name.startsWith(LIST) ? [name.slice(LIST.length)] : []));
  return computed || lists.length > 0 ? { computed, lists } : undefined;
}

/** What any of these asks for. */
export function besideOf(segments: Iterable<{ readonly beside?: WantedBeside }>): WantedBeside | undefined {
  let all: { computed: boolean; readonly lists: Set<string> } | undefined;
  for (const { beside } of segments) {
    if (beside === undefined) continue;
    all ??= { computed: false, lists: new Set() };
    all.computed ||= beside.computed;
    for (const list of beside.lists) all.lists.add(list);
  }
  return all && { computed: all.computed, lists: [...all.lists] };
}
