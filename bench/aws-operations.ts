import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { dynamodbProfileStore } from "#adapters/aws/dynamodb-profile-store.ts";
import { awsIntake } from "#adapters/aws/intake.ts";
import type { ResolveMessage } from "#contracts/bus.ts";
import { BILLING_STEPS } from "#contracts/prices.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import { AwsBill } from "./aws-bill.ts";
import { cdnowRequests, type Request, shopRequests } from "./aws-workload.ts";
import { recordingDynamodb, recordingFirehose, recordingSqs } from "./recording-clients.ts";

/** What a workload comes to in AWS's own terms. */
export interface AwsOperations {
  readonly workload: string;
  readonly requests: number;
  readonly events: number;
  /** Profiles that a resolver's batch changed, summed over batches: however many of its events were about one. */
  readonly profilesTouched: number;
  readonly firehoseBilledPerPut: number;
  readonly writeUnitsPerProfile: number;
  readonly readUnitsPerProfile: number;
  readonly writeUnitsPerEvent: number;
  readonly readUnitsPerEvent: number;
  readonly sqsRequestsPerEvent: number;
  /** Of all write units, those that merges of two stored components cost. */
  readonly transactionShare: number;
  readonly meanItemBytes: number;
  readonly largestItemBytes: number;
  /** API, Firehose with conversion, SQS and DynamoDB; neither Lambda's time nor storage. */
  readonly dollarsPerMillionEvents: number;
}

/** As `lib` sets the resolve function's event source: so many messages in one batch. */
const MESSAGES_PER_BATCH = 20;

/** Runs requests through the AWS adapters against recording clients, and counts what AWS would bill. */
export async function countOperations(
  workload: string,
  requests: readonly Request[],
  messagesPerBatch = MESSAGES_PER_BATCH,
): Promise<AwsOperations> {
  const bill = new AwsBill();
  const queue: string[] = [];
  const intake = awsIntake({
    queueUrl: "https://queue.invalid/resolve",
    eventsLogStream: "events_log",
    badEventsStream: "bad_events",
    firehose: recordingFirehose(bill),
    sqs: recordingSqs(bill, (body) => queue.push(body)),
  });
  for (const events of requests) {
    bill.httpRequests += 1;
    await intake.append({ events, badEvents: [] });
  }
  const store = dynamodbProfileStore({ table: "profiles", client: recordingDynamodb(bill) });
  const pause = async (): Promise<void> => {};
  let profilesTouched = 0;
  for (let at = 0; at < queue.length; at += messagesPerBatch) {
    const bodies = queue.slice(at, at + messagesPerBatch);
    const events = bodies.flatMap((body) => (JSON.parse(body) as ResolveMessage).events);
    // Lambda receives at most 256 KB with one request to SQS, and deletes ten messages with another.
    const bytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
    bill.sqsRequests += Math.ceil(bytes / BILLING_STEPS.sqsChunk) + Math.ceil(bodies.length / 10);
    const { changes } = await absorbEvents({ store, pause }, { events, assertions: [] }, defaultIdentityRules);
    profilesTouched += changes.filter(({ after }) => after.kind === "component").length;
  }
  return figuresOf(workload, requests, profilesTouched, bill);
}

function figuresOf(
  workload: string,
  requests: readonly Request[],
  profilesTouched: number,
  bill: AwsBill,
): AwsOperations {
  const events = requests.reduce((sum, request) => sum + request.length, 0);
  return {
    workload,
    requests: requests.length,
    events,
    profilesTouched,
    firehoseBilledPerPut: bill.firehoseBilledBytes / bill.firehosePutBytes,
    writeUnitsPerProfile: bill.writeUnits / profilesTouched,
    readUnitsPerProfile: bill.readUnits / profilesTouched,
    writeUnitsPerEvent: bill.writeUnits / events,
    readUnitsPerEvent: bill.readUnits / events,
    sqsRequestsPerEvent: bill.sqsRequests / events,
    transactionShare: bill.transactionUnits / bill.writeUnits,
    meanItemBytes: bill.itemBytes / bill.itemsWritten,
    largestItemBytes: bill.largestItem,
    dollarsPerMillionEvents: (bill.dollars / events) * 1_000_000,
  };
}

const DATA = process.env.TRIBUTARY_DATA ?? fileURLToPath(new URL("../../shared/data", import.meta.url));

/** The shop's requests, and CDNOW's purchases where the shared data is at hand. */
export async function awsOperations(): Promise<readonly AwsOperations[]> {
  const shop = shopRequests(1_000, 3);
  const figures = [
    await countOperations("shop, 20 messages a batch", shop),
    await countOperations("shop, 1 message a batch", shop, 1),
  ];
  const cdnow = join(DATA, "cdnow", "cdnow_master.csv.gz");
  if (!existsSync(cdnow)) return figures;
  const requests = cdnowRequests(gunzipSync(readFileSync(cdnow)).toString());
  return [...figures, await countOperations("CDNOW", requests)];
}

if (import.meta.main) {
  for (const figures of await awsOperations()) {
    const { workload, ...numbers } = figures;
    console.log(`\n${workload}`);
    for (const [name, value] of Object.entries(numbers)) console.log(`  ${name.padEnd(26)}${Number(value.toFixed(3))}`);
  }
}
