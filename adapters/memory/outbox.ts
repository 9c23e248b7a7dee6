import type { Message } from "#core/campaigns/message.ts";
import type { Outbox } from "#core/campaigns/ports.ts";
import type { DueMessages } from "#core/campaigns/send-due-messages.flow.ts";

/** Keeps messages in a map, and gives every one of them as due: whoever sends them has a ledger to ask. */
export interface MemoryOutbox extends Outbox, DueMessages {
  readonly all: ReadonlyMap<string, Message>;
}

export function memoryOutbox(): MemoryOutbox {
  const all = new Map<string, Message>();
  return {
    all,
    planned: async (ids) => new Set(ids.filter((id) => all.has(id))),
    plan: async (messages) => {
      for (const message of messages) if (!all.has(message.id)) all.set(message.id, structuredClone(message));
    },
    due: async (limit, after) => {
      const waiting = [...all.values()];
      const start = after === undefined ? 0 : waiting.findIndex(({ id }) => id === after) + 1;
      return waiting.slice(start, start + limit);
    },
  };
}
