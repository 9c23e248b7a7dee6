import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { ResolveMessage } from "#contracts/bus.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { type AbsorbPorts, absorbEvents } from "#core/profiles/absorb-events.flow.ts";

export interface ResolvePorts extends AbsorbPorts {
  readonly rules: IdentityRules;
  /** Tells whoever operates this what broke, and with which message of the queue. */
  readonly onTrouble: (error: unknown, messageId: string) => void;
  /** Tells that so many components were too large to grow. */
  readonly onQuarantine: (components: number) => void;
}

/**
 * Takes evidence from the resolve queue into profiles: a whole batch at once, because people who come up in several
 * messages then cost one write. Where that fails each message is tried by itself, so that a poisoned one fails alone.
 */
export const resolveHandler =
  (ports: ResolvePorts) =>
  async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const failed = new Set<string>();
    const messages = event.Records.flatMap((record): readonly Delivered[] => {
      try {
        return [{ id: record.messageId, evidence: readMessage(record) }];
      } catch (error) {
        failed.add(record.messageId);
        ports.onTrouble(error, record.messageId);
        return [];
      }
    });
    if (!(await absorbTogether(ports, messages))) {
      for (const message of messages) {
        if (!(await absorbAlone(ports, message))) failed.add(message.id);
      }
    }
    return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };

interface Delivered {
  readonly id: string;
  readonly evidence: ResolveMessage;
}

function readMessage(record: SQSRecord): ResolveMessage {
  const message = JSON.parse(record.body) as ResolveMessage;
  if (message.v !== 1 || !Array.isArray(message.events) || !Array.isArray(message.assertions)) {
    throw new Error("a message of the resolve queue is not of form 1");
  }
  return message;
}

/** Whether all went in. If not there is more to try, so nothing is reported yet: unless there was only one message. */
async function absorbTogether(ports: ResolvePorts, messages: readonly Delivered[]): Promise<boolean> {
  if (messages.length < 2) return false;
  try {
    await absorb(ports, {
      events: messages.flatMap(({ evidence }) => evidence.events),
      assertions: messages.flatMap(({ evidence }) => evidence.assertions),
    });
    return true;
  } catch {
    return false; // Whatever it was, it shows again where the messages are tried alone, and is reported there.
  }
}

async function absorbAlone(ports: ResolvePorts, message: Delivered): Promise<boolean> {
  try {
    await absorb(ports, message.evidence);
    return true;
  } catch (error) {
    ports.onTrouble(error, message.id);
    return false;
  }
}

async function absorb(ports: ResolvePorts, evidence: Pick<ResolveMessage, "events" | "assertions">): Promise<void> {
  const { quarantined } = await absorbEvents(ports, evidence, ports.rules);
  if (quarantined > 0) ports.onQuarantine(quarantined);
}
