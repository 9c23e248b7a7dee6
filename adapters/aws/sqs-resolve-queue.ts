import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { ResolveMessage } from "#contracts/bus.ts";
import { inParallel } from "./in-parallel.ts";

export const sqsClient = (): SQSClient => new SQSClient({ maxAttempts: 6 });

/** What one message may hold, with room for what stands around the events. */
const MESSAGE_BYTES = 1024 * 1024;
const WIDTH = 4;

/** Sends evidence to the resolver in as few messages as hold it. Resolves once all of them are durable. */
export async function sendEvidence(
  client: SQSClient,
  queueUrl: string,
  evidence: Pick<ResolveMessage, "events" | "assertions">,
): Promise<void> {
  await inParallel(messagesOf(evidence), WIDTH, async (MessageBody) => {
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
  });
}

/** Message bodies for all of the evidence: one, unless it is larger than one may be. */
function messagesOf(evidence: Pick<ResolveMessage, "events" | "assertions">): readonly string[] {
  const { events, assertions } = evidence;
  if (events.length + assertions.length === 0) return [];
  const message: ResolveMessage = { v: 1, events, assertions };
  const body = sendable(JSON.stringify(message));
  if (Buffer.byteLength(body) <= MESSAGE_BYTES) return [body];
  if (events.length + assertions.length === 1) throw new Error("one event is larger than a message may be");
  return [
    ...halves(events).flatMap((half) => messagesOf({ events: half, assertions: [] })),
    ...halves(assertions).flatMap((half) => messagesOf({ events: [], assertions: half })),
  ];
}

function halves<T>(list: readonly T[]): readonly (readonly T[])[] {
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)];
}

/** SQS refuses two characters that JSON allows; escaped, they are the same text. */
const sendable = (json: string): string =>
  json.replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
