import type { IdentityRules } from "./identity-rules.ts";

/** What senders write where they have nothing to say. One such value taken for an identifier joins thousands. */
const NOBODY = new Set([
  "",
  "null",
  "undefined",
  "none",
  "nan",
  "0",
  "-1",
  "anonymous",
  "guest",
  "unknown",
  "n/a",
  "[object object]",
  "test@test.com",
]);
const ZEROS_OR_DASHES = /^[0-]+$/;

/** Tells whether a normalised value may not identify anybody. */
export type IsBlocked = (type: string, value: string) => boolean;

/** Reads the rules once, so that asking is cheap. */
export function blockedBy(rules: IdentityRules): IsBlocked {
  const values = new Map(Object.entries(rules.blocked).map(([type, list]) => [type, new Set(list)]));
  const patterns = new Map(
    Object.entries(rules.blockedPatterns).map(([type, list]) => [type, list.map((p) => new RegExp(`^(?:${p})$`, "u"))]),
  );
  const listed = (type: string, value: string): boolean =>
    (values.get(type)?.has(value) ?? false) || (patterns.get(type)?.some((pattern) => pattern.test(value)) ?? false);
  return (type, value) =>
    NOBODY.has(value.toLowerCase()) ||
    ZEROS_OR_DASHES.test(value) ||
    rules.limits[type] === 0 ||
    listed(type, value) ||
    listed("*", value);
}

/**
 * What the owner's rules block, for identifiers that came in before they did; `undefined` where they block nothing.
 * Read once for each set of rules.
 */
export function blockedSince(rules: IdentityRules): IsBlocked | undefined {
  const known = read.get(rules);
  if (known !== undefined) return known.isBlocked;
  const lists = [...Object.values(rules.blocked), ...Object.values(rules.blockedPatterns)];
  const blocksAny = lists.some((list) => list.length > 0) || Object.values(rules.limits).includes(0);
  const isBlocked = blocksAny ? blockedBy(rules) : undefined;
  read.set(rules, { isBlocked });
  return isBlocked;
}

// Compiling patterns costs more than asking them; what is remembered goes with the rules.
const read = new WeakMap<IdentityRules, { readonly isBlocked: IsBlocked | undefined }>();
