import type { IdentifierKey } from "#core/kernel/identifier.ts";

/**
 * A profile is named after its eldest identifier. So an id never needs a table of its own: it leads to the identifier,
 * the identifier to its component, the component to the profile that holds it now. Merging keeps the elder's name;
 * splitting gives each part its own eldest again; every id there ever was still leads somewhere.
 */
export type ProfileId = string & { readonly __brand: "ProfileId" };

export const profileIdOf = (eldest: IdentifierKey): ProfileId => `p_${eldest}` as ProfileId;

/** The identifier that a profile id leads to; `undefined` for text that is no profile id. */
export const identifierKeyIn = (id: string): IdentifierKey | undefined =>
  /^p_[0-9][A-Za-z0-9_-]{22}$/.test(id) ? (id.slice(2) as IdentifierKey) : undefined;
