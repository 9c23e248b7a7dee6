import type { FirehoseClient } from "@aws-sdk/client-firehose";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { badEventRow, eventsLogRow } from "#core/events/lake-rows.ts";
import type { Intake } from "#core/events/ports.ts";
import { firehoseClient } from "./firehose-lake-writer.ts";
import { jitteredPause, type Pause } from "./pause.ts";
import { putRows } from "./put-rows.ts";
import { sendEvidence, sqsClient } from "./sqs-resolve-queue.ts";

export interface AwsIntakeOptions {
  readonly queueUrl: string;
  readonly eventsLogStream: string;
  readonly badEventsStream: string;
  readonly firehose?: FirehoseClient;
  readonly sqs?: SQSClient;
  readonly pause?: Pause;
}

/**
 * A batch goes two ways at once: its rows to the lake through Firehose, packed; its events to the resolver in one
 * message. Both keep what they take on several machines before they answer.
 */
export function awsIntake(options: AwsIntakeOptions): Intake {
  const { queueUrl, eventsLogStream, badEventsStream } = options;
  const { firehose: client = firehoseClient(), sqs = sqsClient(), pause = jitteredPause } = options;
  const log = { table: "events_log", stream: eventsLogStream } as const;
  const bad = { table: "bad_events", stream: badEventsStream } as const;
  return {
    append: async ({ events, badEvents }) => {
      const ways = await Promise.allSettled([
        putRows({ client, pause }, log, events.map(eventsLogRow)),
        putRows({ client, pause }, bad, badEvents.map(badEventRow)),
        sendEvidence(sqs, queueUrl, { events, assertions: [] }),
      ]);
      const failed = ways.find((way) => way.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },
  };
}
