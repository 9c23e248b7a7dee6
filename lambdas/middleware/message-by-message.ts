import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";

/** Tells whoever operates this what broke, and with which message of the queue. */
type OnTrouble = (error: unknown, messageId: string) => void;

/** Serves a queue's messages one after the other. One that fails is told of, and delivered again by itself. */
export async function messageByMessage(
  { Records }: SQSEvent,
  onTrouble: OnTrouble,
  serve: (record: SQSRecord) => Promise<void>,
): Promise<SQSBatchResponse> {
  const failed: string[] = [];
  for (const record of Records) {
    try {
      await serve(record);
    } catch (error) {
      onTrouble(error, record.messageId);
      failed.push(record.messageId);
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
