import { FirehoseClient } from "@aws-sdk/client-firehose";
import { SQSClient } from "@aws-sdk/client-sqs";
import { awsIntake } from "#adapters/aws/intake.ts";
import type { ResolveMessage } from "#contracts/bus.ts";
import type { LakeTable } from "#contracts/lake.ts";
import { byColumns } from "#contracts/lake-keys.ts";
import { answered } from "#test/support/answering-client.ts";
import type { CallBody } from "./call-workload.ts";
import { collector, gatewayRequest } from "./subjects/collector.ts";

/** What one call of the collector asks of AWS. Sizes in bytes. */
export interface CallOperations {
  readonly bytes: number;
  /** Of the answer. */
  readonly statusCode: number | undefined;
  /** The records of each request to Firehose. */
  readonly puts: readonly (readonly number[])[];
  readonly messages: readonly number[];
  /** Message ids in the order in which they were put and sent. */
  readonly stored: { readonly inLake: readonly string[]; readonly atResolver: readonly string[] };
}

const REGION = { region: "us-east-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } };
const STREAM: LakeTable = "events_log";

/** Sends a body through the collector, held to the e-commerce plan, and the cloud's intake, and looks at what it asks. */
export async function countCall(body: CallBody, kind: "server" | "browser" = "server"): Promise<CallOperations> {
  const puts: (readonly number[])[] = [];
  const messages: number[] = [];
  const stored = { inLake: [] as string[], atResolver: [] as string[] };
  const firehose = answered(new FirehoseClient(REGION), (_command, input) => {
    const records = (input.Records as readonly { readonly Data: Uint8Array }[]).map(({ Data }) => Buffer.from(Data));
    puts.push(records.map((record) => record.byteLength));
    const lines = records.flatMap((record) => record.toString().trimEnd().split("\n"));
    for (const line of lines) {
      const row = byColumns(STREAM, JSON.parse(line) as object) as { readonly message_id: string };
      stored.inLake.push(row.message_id);
    }
    return { FailedPutCount: 0, RequestResponses: records.map((_, nth) => ({ RecordId: String(nth) })) };
  });
  const sqs = answered(new SQSClient(REGION), (_command, input) => {
    const text = String(input.MessageBody);
    messages.push(Buffer.byteLength(text));
    stored.atResolver.push(...(JSON.parse(text) as ResolveMessage).events.map(({ messageId }) => messageId));
    return { MessageId: "m" };
  });
  const pause = async (): Promise<void> => {};
  const streams = { eventsLogStream: STREAM, badEventsStream: "bad_events" };
  const door = collector(awsIntake({ queueUrl: "q", ...streams, firehose, sqs, pause }), kind);
  const text = JSON.stringify(body);
  const { statusCode } = await door(gatewayRequest(text));
  return { bytes: Buffer.byteLength(text), statusCode, puts, messages, stored };
}
