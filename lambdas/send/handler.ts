import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { SendMessage } from "#contracts/bus.ts";
import type { Message } from "#core/campaigns/message.ts";
import { type SendPorts, type SendReport, sendMessages } from "#core/campaigns/send-messages.flow.ts";

export interface SendDoorPorts extends SendPorts {
  /** Tells what became of a batch. */
  readonly onReport: (report: SendReport) => void;
  /** Tells whoever operates this what broke, and with which message of the queue, where it was one. */
  readonly onTrouble: (error: unknown, messageId: string) => void;
}

/** Sends what the send queue delivers. What could not be sent yet, or may not be decided yet, is delivered again. */
export const sendHandler =
  (ports: SendDoorPorts) =>
  async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const failed: string[] = [];
    const delivered: Delivered[] = [];
    for (const record of event.Records) {
      try {
        delivered.push({ id: record.messageId, message: readMessage(record) });
      } catch (error) {
        ports.onTrouble(error, record.messageId);
        failed.push(record.messageId);
      }
    }
    failed.push(...(await sendAll(ports, delivered)));
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };

interface Delivered {
  readonly id: string;
  readonly message: Message;
}

/** The queue's ids of what is to be delivered again. */
async function sendAll(ports: SendDoorPorts, delivered: readonly Delivered[]): Promise<readonly string[]> {
  if (delivered.length === 0) return [];
  try {
    const report = await sendMessages(
      ports,
      delivered.map(({ message }) => message),
    );
    ports.onReport(report);
    for (const fault of report.faults) ports.onTrouble(fault, "a channel");
    return delivered.filter(({ message }) => report.again.has(message.id)).map(({ id }) => id);
  } catch (error) {
    ports.onTrouble(error, delivered.map(({ id }) => id).join(" "));
    return delivered.map(({ id }) => id);
  }
}

function readMessage(record: SQSRecord): Message {
  const { v, message } = (JSON.parse(record.body) ?? {}) as Partial<SendMessage>;
  if (v !== 1 || typeof message?.id !== "string" || typeof message.to?.value !== "string") {
    throw new Error("a message of the send queue is not of form 1");
  }
  return message;
}
