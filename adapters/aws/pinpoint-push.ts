import { type MessageResult, PinpointClient, SendMessagesCommand } from "@aws-sdk/client-pinpoint";
import type { Message } from "#core/campaigns/message.ts";
import type { Channel, Outcome } from "#core/campaigns/ports.ts";
import { inParallel } from "./in-parallel.ts";
import { ONE_ATTEMPT, outcomeOfFailure } from "./send-failure.ts";

export interface PinpointPushOptions {
  /** The application that holds the push services' credentials. */
  readonly applicationId: string;
  readonly client?: PinpointClient;
}

export const pinpointClient = (): PinpointClient => new PinpointClient(ONE_ATTEMPT);

const WIDTH = 10;
const REFUSALS: ReadonlySet<string> = new Set(["BadRequestException", "PayloadTooLargeException"]);

/** The push service that a token is for, by the token's identifier type. */
const SERVICES: Readonly<Record<string, "APNS" | "GCM">> = { apns_token: "APNS", gcm_token: "GCM" };

/**
 * Push messages through AWS End User Messaging: `SendMessages` with addresses, which lives on where Pinpoint's
 * endpoints ended. Every person's text is their own, so each message is one call.
 */
export function pinpointPush({ applicationId, client = pinpointClient() }: PinpointPushOptions): Channel {
  const sendOne = async (message: Message): Promise<Outcome> => {
    const service = SERVICES[message.to.type];
    if (service === undefined) return { kind: "refused", reason: `no push service takes a ${message.to.type}` };
    try {
      const { MessageResponse } = await client.send(
        new SendMessagesCommand({ ApplicationId: applicationId, MessageRequest: requestFor(message, service) }),
      );
      return outcomeIn(MessageResponse?.Result?.[message.to.value]);
    } catch (error) {
      return outcomeOfFailure(error, REFUSALS);
    }
  };
  return { send: (messages) => inParallel(messages, WIDTH, sendOne) };
}

function requestFor({ id, to, content }: Message, service: "APNS" | "GCM") {
  const said = { Action: "OPEN_APP" as const, Body: content.text ?? "" };
  const push = content.subject === undefined ? said : { ...said, Title: content.subject };
  return {
    Addresses: { [to.value]: { ChannelType: service } },
    MessageConfiguration: service === "APNS" ? { APNSMessage: push } : { GCMMessage: push },
    TraceId: id,
  };
}

/** Pinpoint tries nothing again by itself, so what failed for a moment is ours to try again. */
function outcomeIn(result: MessageResult | undefined): Outcome {
  const { DeliveryStatus: status = "UNKNOWN_FAILURE", StatusMessage = "", MessageId } = result ?? {};
  const reason = StatusMessage === "" ? status : `${status}: ${StatusMessage}`;
  if (status === "SUCCESSFUL") return { kind: "accepted", providerId: MessageId ?? null };
  if (status === "THROTTLED" || status === "TEMPORARY_FAILURE") return { kind: "later", reason };
  return { kind: status === "UNKNOWN_FAILURE" ? "uncertain" : "refused", reason };
}
