import type { ListLinkKeys, ListPart } from "#core/segments/list-link.ts";
import type { ListKeys } from "#core/segments/ports.ts";

export function memoryListKeys(): ListKeys {
  const all = new Map<string, Map<number, { readonly link: ListLinkKeys; readonly parts: readonly ListPart[] }>>();
  return {
    write: async (listId, link, parts) => {
      const links = all.get(listId) ?? new Map();
      all.set(listId, links.set(link.version, { link, parts }));
    },
    links: async (listId) => [...(all.get(listId)?.values() ?? [])].map(({ link }) => link),
    parts: async (places) => places.map(({ listId, version, part }) => all.get(listId)?.get(version)?.parts[part]),
    remove: async (listId, beforeBase) => {
      const links = all.get(listId);
      for (const [version, { link }] of links ?? []) if (link.base < beforeBase) links?.delete(version);
    },
  };
}
