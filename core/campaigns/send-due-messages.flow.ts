import type { Message } from "./message.ts";
import { type SendPorts, sendMessages } from "./send-messages.flow.ts";

export interface DueMessages {
  /** Messages that nobody has settled, in the order in which they were planned; at most `limit`, those after `after`. */
  due(limit: number, after?: string): Promise<readonly Message[]>;
}

/** Messages claimed and settled at once: few enough that a crash leaves few in doubt, enough to share durable writes. */
const BATCH = 100;

/**
 * Sends what is due until nothing is, for a runtime whose outbox is its own queue. Answers how many were settled; what
 * a channel cannot take yet stays due for the next call. Throws where a port fails; asked again, it goes on.
 */
export async function sendDueMessages(ports: SendPorts & { readonly outbox: DueMessages }): Promise<number> {
  let settled = 0;
  let after: string | undefined;
  for (;;) {
    const batch = await ports.outbox.due(BATCH, after);
    if (batch.length === 0) return settled;
    const { again } = await sendMessages(ports, batch);
    settled += batch.length - again.size;
    after = batch.at(-1)?.id;
  }
}
