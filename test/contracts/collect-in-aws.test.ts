import { FirehoseClient } from "@aws-sdk/client-firehose";
import { SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { awsIntake } from "#adapters/aws/intake.ts";
import { collector, gatewayRequest } from "#bench/subjects/collector.ts";
import { events } from "#bench/traffic.ts";
import type { ResolveMessage } from "#contracts/bus.ts";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import { answered } from "#test/support/answering-client.ts";

const REGION = { region: "us-east-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } };
/** What AWS refuses more than, in bytes. */
const AWS = { record: 1_000 * 1024, call: 4 * 1024 * 1024, message: 1024 * 1024 };
const { batchBytes, batchEvents, batchContextBytes } = defaultAdmissionLimits;

/** The collector over the cloud's intake, and what it asked of Firehose and SQS: sizes in bytes. */
async function collected(body: object) {
  const puts: (readonly number[])[] = [];
  const messages: number[] = [];
  const stored = { inLake: [] as string[], atResolver: [] as string[] };
  const firehose = answered(new FirehoseClient(REGION), (_command, input) => {
    const records = (input.Records as readonly { readonly Data: Uint8Array }[]).map(({ Data }) => Buffer.from(Data));
    puts.push(records.map((record) => record.byteLength));
    const rows = records.flatMap((record) => record.toString().trimEnd().split("\n"));
    stored.inLake.push(...rows.map((row) => (JSON.parse(row) as { readonly message_id: string }).message_id));
    return { FailedPutCount: 0, RequestResponses: records.map((_, nth) => ({ RecordId: String(nth) })) };
  });
  const sqs = answered(new SQSClient(REGION), (_command, input) => {
    const text = String(input.MessageBody);
    messages.push(Buffer.byteLength(text));
    stored.atResolver.push(...(JSON.parse(text) as ResolveMessage).events.map(({ messageId }) => messageId));
    return { MessageId: "m" };
  });
  const door = collector(
    awsIntake({ queueUrl: "q", eventsLogStream: "log", badEventsStream: "bad", firehose, sqs, pause: async () => {} }),
  );
  const text = JSON.stringify(body);
  const { statusCode, body: answer } = await door(gatewayRequest(text));
  return { bytes: Buffer.byteLength(text), statusCode, answer, puts, messages, stored };
}

/** As many of a shop's events as a body of so many bytes holds. */
function shopBatch(bytes: number) {
  const all = events(1, batchEvents);
  let left = bytes - '{"batch":[]}'.length;
  const fitting = all.findIndex((event) => {
    left -= Buffer.byteLength(JSON.stringify(event)) + 1;
    return left < 0;
  });
  return { batch: all.slice(0, fitting < 0 ? all.length : fitting) };
}

const ids = (batch: readonly object[]): readonly unknown[] =>
  batch.map((event) => ("messageId" in event ? event.messageId : undefined));

describe("what one call of the collector asks of AWS", () => {
  it.each([1, 20, 100, 250, 400])(
    "is one message and one record for a shop's batch of %i thousand bytes",
    async (kB) => {
      const sent = shopBatch(kB * 1_000);
      const { statusCode, puts, messages, stored } = await collected(sent);
      expect([statusCode, puts.map((records) => records.length), messages.length]).toEqual([200, [1], 1]);
      expect(stored).toEqual({ inLake: ids(sent.batch), atResolver: ids(sent.batch) });
    },
  );

  it("is one message and one record for the largest batch of events with much in them", async () => {
    const large = shopBatch(200_000).batch.slice(0, 320);
    const batch = large.map((event) => ({ ...event, properties: { text: "a word and another one ".repeat(50) } }));
    const { bytes, puts, messages } = await collected({ batch });
    expect(bytes).toBeGreaterThan(batchBytes * 0.9);
    expect([puts.map((records) => records.length), messages.length]).toEqual([[1], 1]);
  });

  it("is one message and one request to Firehose for the largest batch of events with little in them", async () => {
    const sent = shopBatch(batchBytes);
    const { bytes, puts, messages } = await collected(sent);
    expect(bytes).toBeGreaterThan(batchBytes - 1_000);
    // A row says some things twice, in columns, and what the plan has to say: of the smallest events half a megabyte is
    // more than a record. Firehose bills by 5 KB, so two cost what one would.
    expect([puts.map((records) => records.length), messages.length]).toEqual([[2], 1]);
  });

  it("is one message and one request to Firehose for the most events that a batch may hold", async () => {
    const batch = Array.from({ length: batchEvents }, (_, nth) => ({
      type: "track",
      event: "Product Viewed",
      userId: `u${nth}`,
      messageId: `m${nth}`,
    }));
    const { puts, messages, stored } = await collected({ batch });
    expect([puts.length, messages.length]).toEqual([1, 1]);
    expect(stored).toEqual({ inLake: ids(batch), atResolver: ids(batch) });
  });

  it("is as few as hold it where a context said once for all makes a batch twenty times as large", async () => {
    const text = "x".repeat(batchContextBytes - 100);
    const batch = Array.from({ length: batchEvents }, (_, nth) => ({
      type: "track",
      event: "Product Viewed",
      userId: `u${nth}`,
      messageId: `m${nth}`,
    }));
    const { puts, messages, stored } = await collected({ batch, context: { text } });
    const records = puts.flat();
    expect(Math.max(...messages)).toBeLessThanOrEqual(AWS.message);
    expect(Math.max(...records)).toBeLessThanOrEqual(AWS.record);
    for (const put of puts) expect(sum(put)).toBeLessThanOrEqual(AWS.call);
    // Halved until each half fits: at worst twice as many as would do.
    expect(messages.length).toBeLessThanOrEqual(2 * Math.ceil(sum(messages) / AWS.message));
    expect(records.length).toBe(Math.ceil(sum(records) / AWS.record));
    expect(stored.inLake).toEqual(ids(batch));
    expect(stored.atResolver.toSorted()).toEqual(ids(batch).toSorted());
  });

  it("is nothing where nothing came", async () => {
    const { statusCode, puts, messages } = await collected({ batch: [] });
    expect([statusCode, puts, messages]).toEqual([200, [], []]);
  });
});

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
