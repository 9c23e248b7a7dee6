import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import { computedMoved } from "#core/computed/computed-moved.ts";
import type { ComputedStore } from "#core/computed/ports.ts";
import { type Identifier, type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { type ProfileId, profileIdOf } from "#core/profiles/profile-id.ts";
import {
  type ImportMode,
  type ListDefinition,
  nextLink,
  reservedFor,
  withLink,
} from "#core/segments/list-definition.ts";
import { packedLink } from "#core/segments/list-link.ts";
import type { StandsBeside } from "#core/segments/person.ts";
import type { ListKeys } from "#core/segments/ports.ts";
import { besideProfiles } from "#core/segments/realtime/beside-profiles.flow.ts";
import { listLookup } from "#core/segments/realtime/list-lookup.flow.ts";
import type { ComputedMove } from "#core/segments/realtime/react-to-computed.flow.ts";
import type { ListSweep } from "#core/segments/realtime/sweep-lists.flow.ts";

/** Where what stands beside profiles is kept. */
export interface OpenedBeside {
  readonly listKeys: ListKeys;
  readonly computed: ComputedStore;
}

/** The one list there is, and the one computed trait beside which another moves that nobody asks for. */
export const LIST = "vip";
export const SCORE = "score";

/** Few in a part, so that small lists have several. */
const PART_KEYS = 2;

/** Computed traits and a list that change all the while, as a refresh and imports change them. */
export function besideInMotion({ listKeys, computed }: OpenedBeside, random: () => number) {
  const lists = memoryDefinitions<ListDefinition>(() => 0);
  const listSweeps = memoryDefinitions<ListSweep>(() => 0);
  const lookup = listLookup({ lists, listKeys }, 3);
  const moves: ComputedMove[] = [];
  const model: Model = { list: new Set(), open: new Set(), values: new Map() };
  let run = 0;
  const pick = <T>(items: readonly T[]): readonly T[] => items.filter(() => random() < 0.4);
  return {
    lists,
    listSweeps,
    listKeys,
    listLookup: lookup,
    beside: besideProfiles({ computed, lists: lookup }),
    /** What stands beside somebody, known without any of what is tested. */
    known: (id: ProfileId, keys: readonly IdentifierKey[]): StandsBeside => ({
      computed: model.values.get(id) ?? {},
      lists: new Set(keys.some((key) => model.list.has(key)) ? [LIST] : []),
    }),
    /** What the store's stream tells, in order. */
    moves,
    /** Measures some of those who may be known by these. */
    measure: async (pool: readonly Identifier[]): Promise<void> => {
      run++;
      for (const identifier of pick(pool)) {
        const profileId = profileIdOf(identifierKey(identifier));
        const was = (await computed.read([profileId])).get(profileId)?.computed ?? {};
        const values: readonly JsonObject[] = [{}, { [SCORE]: 1 }, { [SCORE]: 2, other: run }, { other: run }];
        const is = values[Math.floor(random() * values.length)] as JsonObject;
        await computed.write([{ profileId, run, ...(Object.keys(is).length === 0 ? {} : { computed: is }) }]);
        model.values.set(profileId, is);
        const names = computedMoved(was, is);
        if (names.length > 0) moves.push({ profileId, names });
      }
    },
    /** Imports some into the list, as the API does, or dies on the way. */
    importSome: (pool: readonly Identifier[]): Promise<void> =>
      importInto({ lists, listKeys, model }, pick(pool).map(identifierKey), random),
    deleteList: async (): Promise<void> => {
      const list = await lists.get(LIST);
      const link = list && nextLink(list.definition, "replace", 0);
      if (list === undefined || link === undefined) return;
      const lastVersion = link.version;
      const reserved = await lists.put(LIST, { ...list.definition, lastVersion }, list.version);
      if (reserved === undefined || random() < 0.1) return;
      await listKeys.write(LIST, packedLink({ ...link, ends: true }, []).link, []);
      const gone: ListDefinition = { name: LIST, lastVersion, chain: null, open: null, deleted: true };
      if ((await lists.put(LIST, gone, reserved.version)) !== undefined) model.list = new Set();
    },
  };
}

/** Who is on the list, who is to be once an upload ends, and what was measured of whom. */
interface Model {
  list: ReadonlySet<IdentifierKey>;
  open: ReadonlySet<IdentifierKey>;
  readonly values: Map<ProfileId, JsonObject>;
}

export type BesideInMotion = ReturnType<typeof besideInMotion>;

const MODES: readonly ImportMode[] = ["replace", "replace", "append", "append", "continue"];

async function importInto(
  { lists, listKeys, model }: Pick<BesideInMotion, "lists" | "listKeys"> & { readonly model: Model },
  keys: readonly IdentifierKey[],
  random: () => number,
): Promise<void> {
  const list = await lists.get(LIST);
  const before = list?.definition ?? { name: LIST, lastVersion: 0, chain: null, open: null };
  const mode = MODES[Math.floor(random() * MODES.length)] as ImportMode;
  const { deleted: _, ...begun } = before;
  const link = nextLink(begun, mode, 0);
  if (link === undefined) return;
  const reserved = await lists.put(LIST, reservedFor(begun, mode, link), list?.version ?? 0);
  if (reserved === undefined || random() < 0.1) return;
  const more = random() < 0.2;
  const { link: packed, parts } = packedLink({ ...link, ends: !more }, keys, PART_KEYS);
  await listKeys.write(LIST, packed, parts);
  if (random() < 0.1) return;
  const next = withLink(reserved.definition, mode, link, { identifiers: keys.length, more, now: 0 });
  const held = mode === "append" ? model.list : mode === "continue" ? model.open : [];
  if ((await lists.put(LIST, next, reserved.version)) === undefined) return;
  const on = new Set([...held, ...keys]);
  model.open = more ? on : new Set();
  if (!more) model.list = on;
}
