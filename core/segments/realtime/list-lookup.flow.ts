import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { Definitions } from "#core/kernel/ports.ts";
import type { ListDefinition } from "#core/segments/list-definition.ts";
import { headOf, isSameHead, type ListHead, linksOf } from "#core/segments/list-head.ts";
import { type ListLinkKeys, type ListPart, type ListPartPlace, partFor, partHolds } from "#core/segments/list-link.ts";
import type { ListKeys } from "#core/segments/ports.ts";

export interface ListLookupPorts {
  readonly lists: Pick<Definitions<ListDefinition>, "get">;
  readonly listKeys: Pick<ListKeys, "links" | "parts">;
}

/** Who of some identifiers is on a list. */
export interface ListLookup {
  /** By the list as it is now; `undefined` where its identifiers are not at hand. */
  onList(listId: string, keys: readonly IdentifierKey[]): Promise<ReadonlySet<IdentifierKey> | undefined>;
  /** By these links of it; `undefined` where they are no longer there. */
  inLinks(
    listId: string,
    links: readonly ListLinkKeys[],
    keys: readonly IdentifierKey[],
  ): Promise<ReadonlySet<IdentifierKey> | undefined>;
}

/** Parts kept at hand: some 20 MB, which are 800,000 identifiers. */
const KEPT_PARTS = 400;
/** Above this a list is imported faster than it can be read, which is not to be believed. */
const MOST_TRIES = 8;

/**
 * Looks up lists by what is at hand of them. Parts never change, so those that were read are kept, the least lately used
 * of them given up first; what the list is at the moment is asked each time.
 */
export function listLookup({ lists, listKeys }: ListLookupPorts, keptParts = KEPT_PARTS): ListLookup {
  const known = new Map<string, { readonly head: ListHead; readonly links: readonly ListLinkKeys[] }>();
  const partsAt = partReader(listKeys, keptParts);
  const inLinks: ListLookup["inLinks"] = async (listId, links, keys) => {
    const looks = links.flatMap((link) =>
      keys.flatMap((key) => {
        const part = partFor(link, key);
        return part === undefined ? [] : [{ key, place: { listId, version: link.version, part } }];
      }),
    );
    const parts = await partsAt(looks.map(({ place }) => place));
    if (parts === undefined) return undefined;
    return new Set(looks.flatMap(({ key, place }) => (partHolds(parts.get(nameOf(place)) ?? "", key) ? [key] : [])));
  };
  const headNow = async (listId: string): Promise<ListHead> => headOf((await lists.get(listId))?.definition);
  const linksNow = async (listId: string, head: ListHead): Promise<readonly ListLinkKeys[] | undefined> => {
    const kept = known.get(listId);
    if (kept !== undefined && isSameHead(kept.head, head)) return kept.links;
    const links = linksOf(head.nth === 0 ? [] : await listKeys.links(listId), head);
    if (links !== undefined) known.set(listId, { head, links });
    return links;
  };
  return {
    inLinks,
    onList: async (listId, keys) => {
      let head = await headNow(listId);
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const links = await linksNow(listId, head);
        const found = links && (await inLinks(listId, links, keys));
        if (found !== undefined) return found;
        // What a list was is taken away once everybody was looked at by what it is.
        known.delete(listId);
        const before = head;
        head = await headNow(listId);
        if (isSameHead(before, head)) return undefined;
      }
      throw new Error(`the list ${listId} is imported again all the time`);
    },
  };
}

const nameOf = ({ listId, version, part }: ListPartPlace): string => `${listId} ${version} ${part}`;

/** All parts asked for, by name; `undefined` where one is not there. */
type PartReader = (places: readonly ListPartPlace[]) => Promise<ReadonlyMap<string, ListPart> | undefined>;

function partReader(listKeys: Pick<ListKeys, "parts">, keptParts: number): PartReader {
  const kept = new Map<string, ListPart>();
  return async (places) => {
    const asked = new Map(places.map((place) => [nameOf(place), place]));
    const found = new Map<string, ListPart>();
    for (const name of asked.keys()) {
      const part = kept.get(name);
      if (part === undefined) continue;
      found.set(name, part);
      asked.delete(name);
      kept.delete(name);
      kept.set(name, part);
    }
    const read = asked.size === 0 ? [] : await listKeys.parts([...asked.values()]);
    if (read.includes(undefined)) return undefined;
    for (const [nth, name] of [...asked.keys()].entries()) {
      found.set(name, read[nth] as ListPart);
      kept.set(name, read[nth] as ListPart);
    }
    for (const name of kept.keys()) {
      if (kept.size <= keptParts) break;
      kept.delete(name);
    }
    return found;
  };
}
