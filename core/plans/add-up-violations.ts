import type { Problem } from "#core/events/bad-event.ts";
import { compareText } from "#core/kernel/order.ts";

/** An event that shows what is meant. */
export interface ViolationSample {
  /** Of an event that came in its message id, of a refused one the id under which it is kept. */
  readonly id: string;
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  readonly refused: boolean;
}

/** Events of one name with the very same problems. */
export interface ViolationGroup {
  readonly event: string;
  readonly isUnplanned: boolean;
  readonly problems: readonly Problem[];
  readonly count: number;
  /** The latest of them. */
  readonly sample: ViolationSample;
}

interface Counted {
  readonly event: string;
  /** Events that have it, and how many of these were refused. */
  readonly count: number;
  readonly refused: number;
  /** The latest. */
  readonly sample: ViolationSample;
}

/** One thing that is wrong with events of one name; `$` in its path stands for any place in a list. */
export interface Violation extends Counted {
  readonly path: string;
  readonly problem: string;
}

/** Adds up what events did against a plan: by event, path and problem, and the names it does not know. Most first. */
export function addUpViolations(groups: readonly ViolationGroup[]): {
  readonly violations: readonly Violation[];
  readonly unplannedEvents: readonly Counted[];
} {
  const violations = new Map<string, Violation>();
  const unplanned = new Map<string, Counted>();
  for (const group of groups) {
    if (group.isUnplanned) addTo(unplanned, group.event, group, { event: group.event });
    else for (const [key, what] of distinct(group)) addTo(violations, key, group, what);
  }
  const mostFirst = (x: Counted, y: Counted): number => y.count - x.count || compareText(x.event, y.event);
  return {
    violations: [...violations.values()].sort((x, y) => mostFirst(x, y) || compareText(x.path, y.path)),
    unplannedEvents: [...unplanned.values()].sort(mostFirst),
  };
}

type What = Pick<Violation, "event" | "path" | "problem">;

/** An event with three bad prices has one thing wrong with it. */
function distinct({ event, problems }: ViolationGroup): ReadonlyMap<string, What> {
  const what = problems.map(({ path, message }) => ({ event, path: anyPlace(path), problem: message }));
  return new Map(what.map((one) => [JSON.stringify(one), one]));
}

const anyPlace = (path: string): string => path.replace(/\.\d+(?=\.|$)/g, ".$");

function addTo<Name extends object>(
  all: Map<string, Name & Omit<Counted, "event">>,
  key: string,
  { count, sample }: ViolationGroup,
  what: Name,
): void {
  const known = all.get(key);
  const isLater = known === undefined || known.sample.receivedAt < sample.receivedAt;
  all.set(key, {
    ...what,
    count: (known?.count ?? 0) + count,
    refused: (known?.refused ?? 0) + (sample.refused ? count : 0),
    sample: isLater ? sample : known.sample,
  });
}
