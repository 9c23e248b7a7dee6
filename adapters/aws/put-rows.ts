import { type FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import type { LakeTable } from "#contracts/lake.ts";
import { callsOf, packRows } from "./pack-rows.ts";
import type { Pause } from "./pause.ts";

const MAX_ATTEMPTS = 8;

export interface PutRowsPorts {
  readonly client: FirehoseClient;
  readonly pause: Pause;
}

/** A table, and the delivery stream that writes it. */
export interface TableStream {
  readonly table: LakeTable;
  readonly stream: string;
}

/** Resolves once Firehose has taken every row: what it refuses of a call is put again, and only that. */
export async function putRows(
  ports: PutRowsPorts,
  { table, stream }: TableStream,
  rows: readonly object[],
): Promise<void> {
  for (const call of callsOf(packRows(table, rows))) await putAll(ports, stream, call);
}

async function putAll({ client, pause }: PutRowsPorts, stream: string, call: readonly Buffer[]): Promise<void> {
  let left = call;
  for (let attempt = 0; left.length > 0; attempt++) {
    if (attempt >= MAX_ATTEMPTS) throw new Error(`Firehose did not take ${left.length} records for ${stream}`);
    if (attempt > 0) await pause(attempt);
    const records = left.map((Data) => ({ Data }));
    const answer = await client.send(new PutRecordBatchCommand({ DeliveryStreamName: stream, Records: records }));
    const answers = answer.RequestResponses ?? [];
    left = left.filter((_, position) => answers[position]?.RecordId === undefined);
  }
}
