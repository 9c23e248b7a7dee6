import type { Message } from "./message.ts";
import { type SendPorts, sendMessages } from "./send-messages.flow.ts";

export interface DueMessages {
  /** Messages that nobody has settled, in the order in which they were planned; at most `limit`, those after `after`. */
  due(limit: number, after?: string): Promise<readonly Message[]>;
}

/** Messages claimed and settled at once: few enough that a crash leaves few in doubt, enough to share durable writes. */
const BATCH = 100;

export interface DueReport {
  readonly settled: number;
  /** Still due: what a channel could not take yet, or what is claimed by somebody who may be dead. Ask again later. */
  readonly again: number;
}

export interface DueOptions {
  /** Asked before each batch; what is left stays due. */
  readonly mayGoOn?: () => boolean;
}

/**
 * Sends what is due, each message of it once at most, for a runtime whose outbox is its own queue. Throws where a port
 * fails; asked again, it goes on.
 */
export async function sendDueMessages(
  ports: SendPorts & { readonly outbox: DueMessages },
  options: DueOptions = {},
): Promise<DueReport> {
  let report: DueReport = { settled: 0, again: 0 };
  let after: string | undefined;
  while (options.mayGoOn?.() !== false) {
    const batch = await ports.outbox.due(BATCH, after);
    if (batch.length === 0) break;
    const { again } = await sendMessages(ports, batch);
    report = { settled: report.settled + batch.length - again.size, again: report.again + again.size };
    after = batch.at(-1)?.id;
  }
  return report;
}
