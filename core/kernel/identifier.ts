import { digest } from "./digest.ts";
import { compareText } from "./order.ts";
import { remembering } from "./remembering.ts";

/** Something a person is known by: `email:ana@example.org`. Values are normalised (see `normalise.ts`). */
export interface Identifier {
  readonly type: string;
  readonly value: string;
}

/** Reads `type:value` back. The value may itself hold colons. */
export function parseIdentifier(text: string): Identifier | undefined {
  const colon = text.indexOf(":");
  if (colon < 1 || colon === text.length - 1) return undefined;
  return { type: text.slice(0, colon), value: text.slice(colon + 1) };
}

/**
 * How strongly a type identifies a person, strongest first. Types not named here (those of other systems:
 * `salesforce_id`, `loyalty_card`…) stand between `user_id` and `email`. The order is fixed, not configured, because
 * where a component is kept depends on it: two writers with two orders would point at each other for ever.
 */
const STRENGTH: Readonly<Record<string, number>> = {
  user_id: 0,
  email: 2,
  phone: 3,
  device_id: 4,
  anonymous_id: 5,
};
const OTHER_TYPES = 1;

// A sender may call a type `constructor`: only the table's own names count.
const strengthOf = (type: string): number =>
  (Object.hasOwn(STRENGTH, type) ? STRENGTH[type] : undefined) ?? OTHER_TYPES;

/**
 * How an identifier is known to stores and logs: a digit for its strength, then its digest. It says nothing about the
 * person by itself, and its text order is the order of strength, the one order every writer agrees on.
 */
export type IdentifierKey = string & { readonly __brand: "IdentifierKey" };

export const identifierText = (identifier: Identifier): string => `${identifier.type}:${identifier.value}`;

export const identifierKey = ({ type, value }: Identifier): IdentifierKey => keyOf(type, value);

const REMEMBERED_KEYS = 10_000;
const keyOf = remembering(
  REMEMBERED_KEYS,
  (type, value) => `${strengthOf(type)}${digest(identifierText({ type, value }))}` as IdentifierKey,
);

export const compareIdentifiers = (a: Identifier, b: Identifier): number =>
  strengthOf(a.type) - strengthOf(b.type) || compareText(a.type, b.type) || compareText(a.value, b.value);

/**
 * Makes an identifier from a raw value, or `undefined` where the value can identify nobody. `core/identity` has the
 * rules; the type stands here because events are admitted before identity looks at them.
 */
export type Normalise = (type: string, raw: unknown) => Identifier | undefined;
