import type { Source } from "#core/events/source.ts";
import { SourceSettings, sourceOf } from "#core/events/source-settings.ts";
import { keptWriteKey } from "#core/events/write-key-hash.ts";
import type { Defined, Definitions } from "#core/kernel/ports.ts";

export interface Thing {
  readonly name: string;
  readonly parts: readonly number[];
}

const fromThing = (id: string, { name, parts }: Thing): Source =>
  sourceOf(
    id,
    SourceSettings.parse({ name }),
    parts.map((part) => keptWriteKey(`${id} ${part}`, part)),
  );

const toThing = ({ definition, ...defined }: Defined<Source>): Defined<Thing> => ({
  ...defined,
  definition: { name: definition.name, parts: definition.keys.map(({ createdAt }) => createdAt) },
});

/** Definitions of sources as those of the things that the contract of definitions is about: a part is a key. */
export function thingsOf(sources: Definitions<Source>): Definitions<Thing> {
  const orNone = (found: Defined<Source> | undefined) => found && toThing(found);
  return {
    get: async (id) => orNone(await sources.get(id)),
    list: async () => (await sources.list()).map(toThing),
    put: async (id, thing, expected) => orNone(await sources.put(id, fromThing(id, thing), expected)),
    delete: (id) => sources.delete(id),
  };
}
