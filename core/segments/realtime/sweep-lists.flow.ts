import * as z from "zod";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { Defined, Definitions } from "#core/kernel/ports.ts";
import { type ProfileId, profileIdOf } from "#core/profiles/profile-id.ts";
import type { ListDefinition } from "#core/segments/list-definition.ts";
import { headOf, isSameHead, ListHead, type ListMove, linksOf, moveOf, NO_HEAD } from "#core/segments/list-head.ts";
import { keysInPart, type ListLinkKeys } from "#core/segments/list-link.ts";
import type { ListKeys } from "#core/segments/ports.ts";
import { dependency } from "./dependencies.ts";
import type { ListLookup } from "./list-lookup.flow.ts";
import { type ProfilePlace, placesOf } from "./places.flow.ts";
import { type ReactPorts, type ReactTerms, tally } from "./react.flow.ts";
import { type Reasons, reconsider } from "./reconsider.flow.ts";
import { seenIn } from "./seen-profiles.ts";
import type { ReadySegment } from "./segment-set.ts";
import type { Swept } from "./sweep.flow.ts";

/** How far everybody was looked at who may have come onto a list or gone from it. One for each list, under its id. */
export const ListSweep = z.object({
  /** What the list was when everybody had last been looked at. */
  done: ListHead,
  /** What it is, and the place behind the last who were looked at; absent where nobody was yet. */
  going: z
    .object({ to: ListHead, at: z.object({ version: z.number(), part: z.number(), key: z.number() }) })
    .optional(),
});
export type ListSweep = z.infer<typeof ListSweep>;

export interface ListSweepPorts extends ReactPorts {
  readonly lists: Pick<Definitions<ListDefinition>, "list">;
  readonly listSweeps: Definitions<ListSweep>;
  readonly listKeys: Pick<ListKeys, "links" | "parts" | "remove">;
  readonly listLookup: Pick<ListLookup, "inLinks">;
}

export interface ListSweepTerms extends ReactTerms {
  /** Identifiers looked up in one call. */
  readonly limit: number;
}

/**
 * Looks at the next of those who may have come onto a list or gone from it, for the first list that is not what it was
 * when everybody was last looked at. Whoever dies in between leaves how far it came; what is looked at twice is found as
 * it is, and two at a time do the same twice.
 */
export async function sweepLists(ports: ListSweepPorts, terms: ListSweepTerms): Promise<Swept> {
  const [defined, sweeps] = [await ports.lists.list(), await ports.listSweeps.list()];
  const sweptOf = new Map(sweeps.map((sweep) => [sweep.id, sweep]));
  for (const list of defined) {
    const kept = sweptOf.get(list.id);
    const state = kept === undefined ? { done: NO_HEAD } : ListSweep.parse(kept.definition);
    if (isSameHead(state.done, headOf(list.definition))) continue;
    return sweepList(ports, terms, { list, state, version: kept?.version ?? 0 });
  }
  return { kind: "rested", entered: 0, left: 0 };
}

interface ToSweep {
  readonly list: Defined<ListDefinition>;
  readonly state: ListSweep;
  readonly version: number;
}

async function sweepList(ports: ListSweepPorts, terms: ListSweepTerms, swept: ToSweep): Promise<Swept> {
  const { list, state, version } = swept;
  const is = headOf(list.definition);
  const segments = terms.segments.dependingOn([dependency("list", list.id)]);
  // Where no segment asks for it nobody is looked at: whoever defines one later has everybody looked at.
  const page = segments.length === 0 ? LAST : await nextPage(ports, terms, swept);
  const turns = tally(await lookAtAll(ports, terms, { listId: list.id, keys: page.keys, segments }));
  const next: ListSweep = page.at === undefined ? { done: is } : { done: state.done, going: { to: is, at: page.at } };
  const isMine = (await ports.listSweeps.put(list.id, next, version)) !== undefined;
  if (page.at === undefined && isMine) await ports.listKeys.remove(list.id, keptFrom(list.definition));
  return { kind: page.at === undefined ? "finished" : "going", ...turns };
}

/** What began before this is of no use to anybody. Of a list that was deleted nothing is, but what is coming in now. */
function keptFrom({ chain, deleted, lastVersion }: ListDefinition): number {
  if (chain !== null) return chain.base;
  return deleted ? lastVersion + 1 : 0;
}

interface SweptPage {
  readonly keys: readonly IdentifierKey[];
  /** The place behind them; absent where nobody is left. */
  readonly at?: { readonly version: number; readonly part: number; readonly key: number };
}

const LAST: SweptPage = { keys: [] };

async function nextPage(
  { listKeys, listLookup }: ListSweepPorts,
  { limit }: ListSweepTerms,
  { list, state: { done, going } }: ToSweep,
): Promise<SweptPage> {
  const is = headOf(list.definition);
  const all = await listKeys.links(list.id);
  const move = moveOf(all, done, is);
  const from = going !== undefined && isSameHead(going.to, is) ? going.at : { version: 0, part: 0, key: 0 };
  const place = placeFrom(move.links, from);
  if (place === undefined) return LAST;
  const [text] = await listKeys.parts([{ listId: list.id, version: place.version, part: place.part }]);
  // Taken away: somebody else has finished meanwhile, and our state will not be kept.
  const keys = text === undefined ? [] : keysInPart(text, place.key, limit);
  const stayed = await whoStayed(listLookup, list.id, { all, move, keys });
  const at =
    keys.length === 0 ? { ...place, part: place.part + 1, key: 0 } : { ...place, key: place.key + keys.length };
  return { keys: keys.filter((key) => !stayed.has(key)), at };
}

/** Where to go on: there if that is within a link, else where the next one begins. Links are in order of version. */
function placeFrom(links: readonly ListLinkKeys[], from: NonNullable<SweptPage["at"]>): SweptPage["at"] {
  for (const { version, firsts } of links) {
    if (version === from.version && from.part < firsts.length) return from;
    if (version > from.version && firsts.length > 0) return { version, part: 0, key: 0 };
  }
  return undefined;
}

async function whoStayed(
  lookup: Pick<ListLookup, "inLinks">,
  listId: string,
  { all, move: { stayed }, keys }: SweptPage & { readonly all: readonly ListLinkKeys[]; readonly move: ListMove },
): Promise<ReadonlySet<IdentifierKey>> {
  let still = new Set(stayed === undefined ? [] : keys);
  for (const head of stayed ?? []) {
    const links = linksOf(all, head);
    const found = links && (await lookup.inLinks(listId, links, [...still]));
    still = new Set([...still].filter((key) => found?.has(key)));
  }
  return still;
}

async function lookAtAll(
  ports: ListSweepPorts,
  terms: ListSweepTerms,
  asked: {
    readonly listId: string;
    readonly keys: readonly IdentifierKey[];
    readonly segments: readonly ReadySegment[];
  },
) {
  const { listId, keys, segments } = asked;
  const found = await placesOf(ports.store, keys.map(profileIdOf));
  const places = new Map<ProfileId, ProfilePlace>();
  for (const key of keys) {
    const place = found.get(profileIdOf(key));
    const holder = seenIn(place?.stored, terms.rules).groups.find(({ members }) =>
      members.some(([each]) => each === key),
    );
    if (holder !== undefined && place !== undefined) places.set(holder.id, place);
  }
  const reasons: Reasons = { causeOf: () => `list ${listId}`, segments, besideMoved: true };
  return reconsider(ports, new Map([...places.keys()].map((id) => [id, reasons])), terms, places);
}
