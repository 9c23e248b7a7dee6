import type { DatabaseSync } from "node:sqlite";
import type { Channel, Outcome } from "#core/campaigns/ports.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { inTransaction } from "./database.ts";
import { prepareOutbox } from "./outbox-tables.ts";

/**
 * Every channel of one machine: a message arrives where the console and the API show it, and goes nowhere else. What
 * arrived stays known, so an interrupted sender's messages are found again, and none is ever in doubt.
 */
export function localChannel(database: DatabaseSync, clock: Clock): Channel {
  prepareOutbox(database);
  const deliver = database.prepare("INSERT INTO outbox_deliveries (id, delivered_at) VALUES (?, ?)");
  const delivered = database.prepare("SELECT 1 FROM outbox_deliveries WHERE id = ?");
  const recall = (id: string): Outcome =>
    delivered.get(id) === undefined
      ? { kind: "later", reason: "not_delivered" }
      : { kind: "accepted", providerId: null };
  return {
    send: async (messages) =>
      inTransaction(database, () =>
        messages.map(({ id }): Outcome => {
          deliver.run(id, clock());
          return { kind: "accepted", providerId: null };
        }),
      ),
    recall: async (messages) => messages.map(({ id }) => recall(id)),
  };
}
