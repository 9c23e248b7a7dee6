import {
  type DistinctSketch,
  distinctCount,
  emptySketch,
  joinSketches,
  withDistinct,
} from "#core/kernel/distinct-sketch.ts";
import { compareText } from "#core/kernel/order.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { areMoreThan, type RecentEvents } from "./fragment-recent.ts";

/** When one source spoke of an identifier, and what is needed to say how often. */
export interface SourceActivity {
  readonly firstSeen: EpochMs;
  readonly lastSeen: EpochMs;
  /** All of the source's events, to be counted about. Absent while the recent events are all that there are. */
  readonly counted?: DistinctSketch;
}

/** By source. */
export type Activity = Readonly<Record<string, SourceActivity>>;

/** The parts of a fragment that count events. */
interface Counted {
  readonly recent: RecentEvents;
  readonly activity: Activity;
}

/** Of more sources the first in text order are kept: a rule that no order of arrival can change. */
const MAX_SOURCES = 16;

/**
 * A plain number cannot count what may come twice at any time later. So while a fragment remembers every event there
 * was, they are counted one by one; with the first that is cut, each source gets a sketch of all its events, and from
 * then on counts about. Whether that is so depends on the set of events alone, not on their order or their batches.
 * Answers `x.activity` itself where `y` adds nothing.
 */
export function joinActivity(x: Counted, y: Counted, most: number): Activity {
  const counts = isSketched(x.activity) || isSketched(y.activity) || areMoreThan(most, x.recent, y.recent);
  const joined: Record<string, SourceActivity> = {};
  let changed = false;
  for (const source of sourcesOf(x.activity, y.activity)) {
    const [mine, theirs] = [at(x.activity, source), at(y.activity, source)];
    const firstSeen = Math.min(
      mine?.firstSeen ?? Number.POSITIVE_INFINITY,
      theirs?.firstSeen ?? Number.POSITIVE_INFINITY,
    );
    const lastSeen = Math.max(mine?.lastSeen ?? Number.NEGATIVE_INFINITY, theirs?.lastSeen ?? Number.NEGATIVE_INFINITY);
    const counted = counts ? joinSketches(sketchOf(x, source), sketchOf(y, source)) : undefined;
    const isMine = mine?.firstSeen === firstSeen && mine.lastSeen === lastSeen && mine.counted === counted;
    changed ||= !isMine;
    joined[source] = isMine ? mine : { firstSeen, lastSeen, ...(counted === undefined ? {} : { counted }) };
  }
  return changed ? joined : x.activity;
}

const at = (activity: Activity, source: string): SourceActivity | undefined =>
  Object.hasOwn(activity, source) ? activity[source] : undefined;

function isSketched(activity: Activity): boolean {
  for (const source in activity) if (activity[source]?.counted !== undefined) return true;
  return false;
}

function sourcesOf(x: Activity, y: Activity): readonly string[] {
  const sources = Object.keys(x);
  for (const source of Object.keys(y)) if (!Object.hasOwn(x, source)) sources.push(source);
  return sources.length <= MAX_SOURCES ? sources : sources.sort(compareText).slice(0, MAX_SOURCES);
}

/** All of a source's events: as they are sketched, or, where they are all remembered, made of those. */
function sketchOf({ recent, activity }: Counted, source: string): DistinctSketch {
  const known = at(activity, source)?.counted;
  if (known !== undefined) return known;
  let sketch = emptySketch;
  for (const event of recent) if (event.source === source) sketch = withDistinct(sketch, event.by);
  return sketch;
}

/** The same fragment with fewer recent events: what is no longer remembered is counted about from now on. */
export function withFewerRecent<F extends Counted>(fragment: F, most: number): F {
  if (fragment.recent.length <= most) return fragment;
  const sketched = Object.entries(fragment.activity).map(([source, activity]): [string, SourceActivity] => [
    source,
    { ...activity, counted: sketchOf(fragment, source) },
  ]);
  return { ...fragment, activity: Object.fromEntries(sketched), recent: fragment.recent.slice(0, most) };
}

/** How many events a source sent; `exact` where they could be counted one by one. */
export interface EventCount {
  readonly events: number;
  readonly exact: boolean;
}

export function countOf({ recent, activity }: Counted, source: string): EventCount {
  const remembered = recent.reduce((sum, event) => sum + (event.source === source ? 1 : 0), 0);
  const sketch = at(activity, source)?.counted;
  if (sketch === undefined) return { events: remembered, exact: true };
  return { events: Math.max(remembered, distinctCount(sketch)), exact: false };
}
