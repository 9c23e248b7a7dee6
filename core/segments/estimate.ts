import type { EpochMs } from "#core/kernel/time.ts";
import type { LeafCondition, ResolvedCondition } from "./condition.ts";
import { leavesIn } from "./conditions-in.ts";
import { eventNamesIn } from "./measure.ts";
import { isRealtime } from "./realtime/dependencies.ts";
import { receivedFrom, type Window, windowBounds } from "./window.ts";

/** What evaluating a condition on the lake reads, and how long its answer holds. */
export interface Estimate {
  readonly reads: readonly ViewRead[];
  /** Whether what is kept with profiles decides it, so that it can be decided whenever one changes. */
  readonly realtime: boolean;
  /** Whether people come and go by the passing of time alone: windows of the last days, dates in the last or the next. */
  readonly drifts: boolean;
}

/** Of one of the lake's views: these columns of every row, or of those that lie where it says. */
export interface ViewRead {
  readonly view: "profiles" | "events" | "computed_traits" | "list_people";
  readonly columns: readonly string[];
  /** The first day of receipt (`dt`) that is looked into; absent where it is all that there ever was. */
  readonly from?: string;
  /** Of `events`: the names asked for. */
  readonly names?: readonly string[];
}

/** What the statement of `adapters/sql` reads, and nothing of what the views behind it do. */
export function estimate(condition: ResolvedCondition, now: EpochMs): Estimate {
  const leaves = leavesIn(condition).filter((leaf): leaf is LeafCondition => !("segment" in leaf));
  const has = (kind: string): boolean => leaves.some((leaf) => kind in leaf);
  const told = [...(has("trait") ? ["traits"] : []), ...(has("consent") ? ["consent"] : [])];
  return {
    reads: [
      { view: "profiles", columns: ["profile_id", ...told] },
      ...eventsRead(leaves, now),
      ...(has("computed") ? [{ view: "computed_traits", columns: ["profile_id", "computed"] } as const] : []),
      ...(has("list") ? [{ view: "list_people", columns: ["list_id", "profile_id"] } as const] : []),
    ],
    realtime: isRealtime(condition),
    drifts: leaves.some(drifts),
  };
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

function drifts(leaf: LeafCondition): boolean {
  if ("consent" in leaf || "list" in leaf) return false;
  if ("sequence" in leaf) return relative(leaf.within) || [...leaf.sequence, leaf.without ?? {}].some(asksOfNow);
  if ("event" in leaf) return relative(leaf.within) || asksOfNow(leaf) || [leaf.first, leaf.last].some(isOfNow);
  return isOfNow(leaf);
}

const relative = (within: Window | undefined): boolean => within !== undefined && "last" in within;
const asksOfNow = ({ where = [] }: { readonly where?: readonly object[] | undefined }): boolean => where.some(isOfNow);
const isOfNow = (test: object | undefined): boolean => test !== undefined && ("inLast" in test || "inNext" in test);
