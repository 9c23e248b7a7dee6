/**
 * One identifier of an imported list, or (where `identity_key` is null) the header of a link: a link is what one request
 * brought. A list is a chain of links: the first replaced what was there, each later one adds to it. `version` is the
 * link's own number, never used twice; `base` the version of the chain's first link, `nth` the place in the chain.
 * A header says how many different identifiers its link has, and whether the list may be read up to it (`ends`).
 */
export interface ListMemberRow {
  readonly list_id: string;
  readonly version: number;
  readonly base: number;
  readonly nth: number;
  readonly identity_key: string | null;
  /** Of headers: different identifiers in the link. */
  readonly members: number | null;
  /** Of headers: false for a part of an upload of which more is to come. */
  readonly ends: boolean | null;
  readonly imported_at: string;
  readonly dt: string;
}
