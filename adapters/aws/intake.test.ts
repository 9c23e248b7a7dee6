import { FirehoseClient } from "@aws-sdk/client-firehose";
import { SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import type { ResolveMessage } from "#contracts/bus.ts";
import type { LakeTable } from "#contracts/lake.ts";
import { byColumns } from "#contracts/lake-keys.ts";
import { eventsLogRow } from "#core/events/lake-rows.ts";
import { intakeContract, sampleEvent } from "#test/contracts/intake.ts";
import { answered } from "#test/support/answering-client.ts";
import { awsIntake } from "./intake.ts";

const REGION = { region: "us-east-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } };
/** Which table's rows each stream of this test writes. */
const TABLES: Readonly<Record<string, LakeTable>> = { log: "events_log", bad: "bad_events" };
const LIMITS = { record: 1_000 * 1024, call: 4 * 1024 * 1024, message: 1024 * 1024 };

/** All below a space but tabs and line ends, halves of pairs, and the two that are no characters. */
function isRefusedBySqs(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  const isControl = code < 0x20 && ![0x09, 0x0a, 0x0d].includes(code);
  return isControl || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
}

type Row = Readonly<Record<string, unknown>>;

/** Firehose and SQS that keep what they are given, and refuse what AWS would refuse. */
function recordingWorld(
  failing: { readonly records?: (call: number, nth: number) => boolean; readonly sqs?: boolean } = {},
) {
  const happened: string[] = [];
  const rows: Record<string, Row[]> = { log: [], bad: [] };
  const bodies: string[] = [];
  let calls = 0;
  const firehose = answered(new FirehoseClient(REGION), (_command, input) => {
    const stream = String(input.DeliveryStreamName);
    const records = (input.Records as readonly { readonly Data: Uint8Array }[]).map(({ Data }) => Data);
    if (records.some((record) => record.byteLength > LIMITS.record)) throw new Error("a record is too large");
    if (records.reduce((sum, record) => sum + record.byteLength, 0) > LIMITS.call)
      throw new Error("a call is too large");
    if (records.length > 500) throw new Error("too many records");
    const call = calls++;
    const refused = records.map((_, nth) => failing.records?.(call, nth) === true);
    records.forEach((record, nth) => {
      if (refused[nth]) return;
      const lines = Buffer.from(record).toString().split("\n").filter(Boolean);
      rows[stream]?.push(...lines.map((line) => byColumns(TABLES[stream] ?? "events_log", JSON.parse(line)) as Row));
    });
    happened.push(`${stream}: ${records.length} records, ${refused.filter(Boolean).length} refused`);
    const answers = refused.map((no, nth) =>
      no ? { ErrorCode: "ServiceUnavailableException" } : { RecordId: `${nth}` },
    );
    return { FailedPutCount: refused.filter(Boolean).length, RequestResponses: answers };
  });
  const sqs = answered(new SQSClient(REGION), async (_command, input) => {
    const body = String(input.MessageBody);
    await new Promise((resolve) => setImmediate(resolve));
    if (failing.sqs === true) throw new Error("SQS is out of reach");
    if (Buffer.byteLength(body) > LIMITS.message) throw new Error("a message is too large");
    if (Array.from(body).some(isRefusedBySqs)) throw new Error("a character SQS refuses");
    bodies.push(body);
    happened.push("message");
    return { MessageId: "m" };
  });
  const pause = async (attempt: number): Promise<void> => void happened.push(`pause ${attempt}`);
  const intake = awsIntake({ queueUrl: "q", eventsLogStream: "log", badEventsStream: "bad", firehose, sqs, pause });
  return { intake, happened, rows, messages: () => bodies.map((body) => JSON.parse(body) as ResolveMessage) };
}

intakeContract("Firehose and SQS", async () => {
  const { intake, rows, messages } = recordingWorld();
  const arrived = async () => ({
    inLake: (rows.log ?? []).map(({ source, message_id }) => `${String(source)}/${String(message_id)}`),
    atResolver: messages().flatMap(({ events }) => events.map((event) => `${event.source}/${event.messageId}`)),
    refused: (rows.bad ?? []).map(({ bad_event_id }) => String(bad_event_id)),
  });
  return { intake, arrived, close: async () => {} };
});

const events = (count: number, size = 0) =>
  Array.from({ length: count }, (_, nth) => sampleEvent(`m${nth}`, { properties: { filler: "x".repeat(size) } }));

describe("the intake in the cloud", () => {
  it("puts a usual batch in one record and one message", async () => {
    const { intake, happened } = recordingWorld();
    await intake.append({ events: events(20, 700), badEvents: [] });
    expect(happened.sort()).toEqual(["log: 1 records, 0 refused", "message"]);
  });

  it("splits what is larger than one record or one message, and only that", async () => {
    const { intake, happened, messages } = recordingWorld();
    await intake.append({ events: events(100, 30_000), badEvents: [] });
    expect(happened).toContain("log: 4 records, 0 refused");
    expect(messages().length).toBe(4);
    expect(messages().flatMap((message) => message.events.map(({ messageId }) => messageId))).toEqual(
      events(100).map(({ messageId }) => messageId),
    );
  });

  it("puts again what Firehose refused, and only that", async () => {
    const { intake, happened, rows } = recordingWorld({ records: (call, nth) => call === 0 && nth === 1 });
    await intake.append({ events: events(100, 30_000), badEvents: [] });
    const puts = happened.filter((what) => what.startsWith("log") || what.startsWith("pause"));
    expect(puts).toEqual(["log: 4 records, 1 refused", "pause 1", "log: 1 records, 0 refused"]);
    expect(rows.log?.map(({ message_id }) => message_id).sort()).toEqual(
      events(100)
        .map(({ messageId }) => messageId)
        .sort(),
    );
  });

  it("gives up, and says so, where Firehose goes on refusing", async () => {
    const { intake } = recordingWorld({ records: () => true });
    await expect(intake.append({ events: events(1), badEvents: [] })).rejects.toThrow("did not take 1 records");
  });

  it("does not answer before both ways are durable, and not at all where one fails", async () => {
    const { intake, happened } = recordingWorld({ sqs: true });
    await expect(intake.append({ events: events(1), badEvents: [] })).rejects.toThrow("out of reach");
    expect(happened).toEqual(["log: 1 records, 0 refused"]);
  });

  it("says every column but the empty ones, which the table reads as null, and the day, which Firehose makes", async () => {
    const { intake, rows } = recordingWorld();
    const sent = events(1, 10);
    await intake.append({ events: sent, badEvents: [] });
    const said = sent
      .map(eventsLogRow)
      .map(({ dt: _dt, ...row }) => Object.entries(row).filter(([, it]) => it !== null));
    expect(rows.log).toEqual(said.map((members) => Object.fromEntries(members)));
  });
});
