import type { EpochMs } from "#core/kernel/time.ts";
import type { LeafCondition, ResolvedCondition } from "./condition.ts";
import { leavesIn } from "./conditions-in.ts";
import { eventNamesIn } from "./measure.ts";
import { receivedFrom, windowBounds } from "./window.ts";

/** Of one of the lake's views: these columns of every row, or of those that lie where it says. */
export interface ViewRead {
  readonly view: "profiles" | "events" | "computed_traits" | "list_people";
  readonly columns: readonly string[];
  /** The first day of receipt (`dt`) that is looked into; absent where it is all that there ever was. */
  readonly from?: string;
  /** Of `events`: the names asked for. */
  readonly names?: readonly string[];
}

/** What the statement of `adapters/sql` reads of the lake's views, and nothing of what is behind those. */
export function viewsRead(condition: ResolvedCondition, now: EpochMs): readonly ViewRead[] {
  const leaves = leavesIn(condition).filter((leaf): leaf is LeafCondition => !("segment" in leaf));
  const has = (kind: string): boolean => leaves.some((leaf) => kind in leaf);
  const told = [...(has("trait") ? ["traits"] : []), ...(has("consent") ? ["consent"] : [])];
  return [
    { view: "profiles", columns: ["profile_id", ...told] },
    ...eventsRead(leaves, now),
    ...(has("computed") ? [{ view: "computed_traits", columns: ["profile_id", "computed"] } as const] : []),
    ...(has("list") ? [{ view: "list_people", columns: ["list_id", "profile_id"] } as const] : []),
  ];
}

function eventsRead(leaves: readonly LeafCondition[], now: EpochMs): readonly ViewRead[] {
  const asked = leaves.filter((leaf) => "event" in leaf || "sequence" in leaf);
  if (asked.length === 0) return [];
  const filters = asked.flatMap((leaf) =>
    "event" in leaf ? [leaf] : [...leaf.sequence, ...(leaf.without === undefined ? [] : [leaf.without])],
  );
  const starts = asked.map(({ within }) => windowBounds(within, now).from ?? Number.NEGATIVE_INFINITY);
  const first = Math.min(...starts);
  const from = receivedFrom(first === Number.NEGATIVE_INFINITY ? {} : { from: first });
  const columns = [
    "profile_id",
    "event",
    "event_time",
    ...(starts.some(Number.isFinite) ? ["dt"] : []),
    ...(filters.some(readsProperties) ? ["properties"] : []),
  ];
  const names = [...new Set(filters.flatMap(eventNamesIn))];
  return [{ view: "events", columns, names, ...(from === undefined ? {} : { from }) }];
}

const OF_PROPERTIES = ["where", "sum", "avg", "min", "max", "distinct"] as const;
const readsProperties = (filter: object): boolean => OF_PROPERTIES.some((name) => Object.hasOwn(filter, name));
