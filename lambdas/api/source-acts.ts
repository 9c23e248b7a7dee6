import type { ShownSource, SOURCE_ROUTES } from "#contracts/http/sources.ts";
import type { Source } from "#core/events/source.ts";
import { withKey, withoutKey } from "#core/events/source-keys.ts";
import { type SourceSettings, sourceOf } from "#core/events/source-settings.ts";
import { keptWriteKey } from "#core/events/write-key-hash.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { Acts } from "./act.ts";
import { candidateIds, get, namesakes } from "./defined-things.ts";
import { omit } from "./omit.ts";
import type { ApiPorts } from "./ports.ts";

export const sourceActs: Acts<typeof SOURCE_ROUTES> = {
  listSources: async ({ sources }) => ({ sources: (await sources.list()).map(shown) }),
  createSource: async (ports, { body }) => {
    const settings = omit(body, "id", "updatedAt", "keys");
    const unknown = await planProblem(ports, settings);
    return unknown ?? (await create(ports, settings, body.id));
  },
  getSource: async ({ sources }, { target }) => {
    const found = await get(sources, "source", target);
    return isRejection(found) ? found : shown(found);
  },
  replaceSource: async (ports, { target, body, ifMatch }) => {
    const settings = omit(body, "id", "updatedAt", "version", "keys");
    const unknown = await planProblem(ports, settings);
    if (unknown !== undefined) return unknown;
    const found = await get(ports.sources, "source", target);
    if (isRejection(found)) return found;
    const version = ifMatch ?? body.version;
    if (version === undefined) {
      return rejection("definition.version_needed", "name the version you change: a version member, or If-Match");
    }
    const stored = await change(ports, target, version, ({ keys }) => sourceOf(target, settings, keys));
    return isRejection(stored) ? stored : shown(stored);
  },
  deleteSource: async ({ sources }, { target }) =>
    (await sources.delete(target))
      ? { id: target, deleted: true }
      : rejection("source.not_found", "there is no source of this id"),
  createSourceKey: async (ports, { target, ifMatch }) => {
    const { writeKey, kept } = madeKey(ports);
    const stored = await change(ports, target, ifMatch, (source) => withKey(source, kept));
    return isRejection(stored) ? stored : { ...shown(stored), writeKey };
  },
  revokeSourceKey: async (ports, { target, part, ifMatch }) => {
    const stored = await change(ports, target, ifMatch, (source) => withoutKey(source, part));
    return isRejection(stored) ? stored : shown(stored);
  },
};

function shown({ version, updatedAt, definition }: Defined<Source>): ShownSource {
  const keys = definition.keys.map(({ id, createdAt }) => ({ id, createdAt: isoTime(createdAt) }));
  return { ...definition, version, updatedAt: isoTime(updatedAt), keys };
}

function madeKey({ newWriteKey, clock }: ApiPorts) {
  const writeKey = newWriteKey();
  return { writeKey, kept: keptWriteKey(writeKey, clock()) };
}

/** A plan that a source is held to must be there: a misspelt one would hold it to nothing. */
async function planProblem({ trackingPlans }: ApiPorts, { plan }: SourceSettings): Promise<Rejection | undefined> {
  if (plan === undefined || (await trackingPlans.get(plan.id)) !== undefined) return undefined;
  return rejection("source.unknown_plan", "plan.id: there is no tracking plan of this id; make it first");
}

/** Stores a new source with its first key, under the id asked for or the first free one made of its name. */
async function create(ports: ApiPorts, settings: SourceSettings, wanted: string | undefined) {
  const { writeKey, kept } = madeKey(ports);
  for (const id of wanted === undefined ? candidateIds(settings.name, "source") : [wanted]) {
    const stored = await ports.sources.put(id, sourceOf(id, settings, [kept]), 0);
    if (stored !== undefined) return { ...shown(stored), writeKey };
  }
  return namesakes("source", wanted);
}

/** Somebody else may change a source while we do: then we look again, this often. */
const MOST_LOOKS = 5;

/** Stores a change of the version named, or of whatever is the latest where none is. */
async function change(
  { sources }: ApiPorts,
  id: string,
  version: number | undefined,
  changed: (source: Source) => Source | Rejection,
): Promise<Defined<Source> | Rejection> {
  for (let look = 1; look <= MOST_LOOKS; look++) {
    const found = await get(sources, "source", id);
    if (isRejection(found)) return found;
    if (version !== undefined && version !== found.version) {
      return rejection("definition.changed", `the latest version is ${found.version}; read it and change that one`);
    }
    const next = changed(found.definition);
    if (isRejection(next)) return next;
    const stored = await sources.put(id, next, found.version);
    if (stored !== undefined) return stored;
  }
  return rejection("definition.changed", "others change it at this moment; read it and ask again");
}
