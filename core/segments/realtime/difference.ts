import type { Consent } from "#core/consent/consent.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { canonicalJson, type Json } from "#core/kernel/json.ts";
import type { Fragment } from "#core/profiles/fragment.ts";
import type { ProfileGroup } from "#core/profiles/profiles-of.ts";
import { dependency, IDENTIFIERS } from "./dependencies.ts";

/** What became of a profile, as far as segments can depend on it. */
export interface Difference {
  /** What changed, by dependency (`dependencies.ts`), in words that say what did it. */
  readonly changed: ReadonlyMap<string, string>;
  /** Why everything must be looked at: it is new, or other identifiers are its own now than before. */
  readonly reshaped?: "new" | "merge" | "split";
}

/** Between a profile before (absent: it is new) and after. Empty where nothing changed that anything can depend on. */
export function differenceBetween(before: ProfileGroup | undefined, after: ProfileGroup): Difference {
  const changed = new Map<string, string>();
  noteTraits(changed, before?.fragment.traits ?? {}, after.fragment.traits);
  noteConsent(changed, before?.fragment.consent ?? {}, after.fragment.consent);
  const was = new Map(before?.members);
  for (const [key, { fragment }] of after.members) {
    const known = was.get(key)?.fragment;
    if (before !== undefined && !was.has(key)) changed.set(IDENTIFIERS, "identifier");
    if (fragment !== undefined && fragment !== known) noteEvents(changed, known, fragment);
  }
  const reshaped = before === undefined ? "new" : reshaping(was, after);
  return reshaped === undefined ? { changed } : { changed, reshaped };
}

/**
 * An identifier that comes along with an event is news of that event; one that had events of its own is another profile
 * that became part of this one.
 */
function reshaping(was: ReadonlyMap<IdentifierKey, unknown>, after: ProfileGroup): Difference["reshaped"] {
  let kept = 0;
  let gained = false;
  for (const [key, { fragment }] of after.members) {
    if (was.has(key)) kept++;
    else gained ||= fragment !== undefined;
  }
  if (kept < was.size) return "split";
  return gained ? "merge" : undefined;
}

function noteTraits(changed: Map<string, string>, was: Fragment["traits"], is: Fragment["traits"]): void {
  if (was === is) return;
  for (const name in is) {
    const [before, after] = [was[name], is[name]];
    if (before !== after && !isSame(before?.value, after?.value))
      changed.set(dependency("trait", name), `trait ${name}`);
  }
  for (const name in was) if (!Object.hasOwn(is, name)) changed.set(dependency("trait", name), `trait ${name}`);
}

/** What was taken away is as if it had never been said. */
function isSame(x: Json | undefined, y: Json | undefined): boolean {
  if ((x ?? null) === (y ?? null)) return true;
  if (typeof x !== "object" || typeof y !== "object" || x === null || y === null) return false;
  return canonicalJson(x) === canonicalJson(y);
}

function noteConsent(changed: Map<string, string>, was: Consent, is: Consent): void {
  if (was === is) return;
  for (const purpose of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const isTold = was[purpose]?.state !== is[purpose]?.state;
    if (isTold) changed.set(dependency("consent", purpose), `consent ${purpose}`);
  }
}

/** Events only come; one that is not remembered any more makes nothing true or false. */
function noteEvents(changed: Map<string, string>, was: Fragment | undefined, is: Fragment): void {
  if (was?.recent === is.recent) return;
  const known = new Map(was?.recent.map(({ by, at }) => [by, at]));
  // Latest first: of several of one name the latest is named.
  for (const { name, at, by } of is.recent) {
    const key = dependency("event", name);
    if (known.get(by) !== at && !changed.has(key)) changed.set(key, `event ${name} #${by}`);
  }
}
