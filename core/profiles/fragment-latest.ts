import { compareStamps, type Stamp } from "#core/kernel/order.ts";

/**
 * The latest `most` of both, each event once, latest first. A repetition may come with another time (the skew of its
 * clock is measured anew); the later one stands, because a maximum is the only choice that survives being cut to a
 * length. `compareRest` orders what differs at equal stamps. Each list has an event once, latest first. Answers `x`
 * itself where `y` adds nothing.
 */
export function joinLatest<S extends Stamp>(
  x: readonly S[],
  y: readonly S[],
  most: number,
  compareRest: (a: S, b: S) => number,
): readonly S[] {
  if (y.length === 0 && x.length <= most) return x;
  const joined: S[] = [];
  const twice = inBoth(x, y);
  const known = new Set<string>();
  for (let i = 0, j = 0; joined.length < most && (i < x.length || j < y.length); ) {
    const [mine, theirs] = [x[i], y[j]];
    const isMine =
      theirs === undefined || (mine !== undefined && (compareStamps(mine, theirs) || compareRest(mine, theirs)) >= 0);
    const next = (isMine ? mine : theirs) as S;
    if (isMine) i++;
    else j++;
    if (known.has(next.by)) continue;
    if (twice.has(next.by)) known.add(next.by);
    joined.push(next);
  }
  return joined.length === x.length && joined.every((each, at) => each === x[at]) ? x : joined;
}

/** Usually none: what is looked up is the shorter list, one event or a visit's. */
function inBoth(x: readonly Stamp[], y: readonly Stamp[]): ReadonlySet<string> {
  const [short, long] = x.length <= y.length ? [x, y] : [y, x];
  const ids = new Set<string>();
  for (const { by } of short) ids.add(by);
  const both = new Set<string>();
  for (const { by } of long) if (ids.has(by)) both.add(by);
  return both;
}
