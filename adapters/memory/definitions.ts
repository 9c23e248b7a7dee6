import { compareText } from "#core/kernel/order.ts";
import type { Clock, Defined, Definitions } from "#core/kernel/ports.ts";

export function memoryDefinitions<T>(now: Clock): Definitions<T> {
  const all = new Map<string, Defined<T>>();
  return {
    get: async (id) => all.get(id),
    list: async () => [...all.values()].sort((x, y) => compareText(x.id, y.id)),
    put: async (id, definition, expected) => {
      if ((all.get(id)?.version ?? 0) !== expected) return undefined;
      // A copy, as a real store keeps one: what the caller does to its own afterwards changes nothing here.
      const stored = { id, version: expected + 1, updatedAt: now(), definition: structuredClone(definition) };
      all.set(id, stored);
      return stored;
    },
    delete: async (id) => all.delete(id),
  };
}
