import { Readable } from "node:stream";
import { PinpointClient } from "@aws-sdk/client-pinpoint";
import { describe, expect, it } from "vitest";
import { messageNamed } from "#test/contracts/outbox.ts";
import { pinpointPush } from "./pinpoint-push.ts";

/** The real client, with a wire that is ours. */
function pinpoint(result: Readonly<Record<string, unknown>>) {
  const asked: { readonly path: string; readonly body: unknown }[] = [];
  const handle = async (request: { readonly path: string; readonly body: Uint8Array }) => {
    asked.push({ path: request.path, body: JSON.parse(new TextDecoder().decode(request.body)) });
    const said = JSON.stringify({ ApplicationId: "app", Result: { "token-1": result } });
    return { response: { statusCode: 200, headers: {}, body: Readable.from([said]) } };
  };
  const client = new PinpointClient({
    region: "eu-west-3",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
    requestHandler: { handle } as never,
  });
  return { asked, push: pinpointPush({ applicationId: "app", client }) };
}

const message = (type: string) =>
  messageNamed("m1", { channel: "push", to: { type, value: "token-1" }, content: { subject: "Hi", text: "Come" } });

describe("push through AWS End User Messaging", () => {
  it.each([
    ["apns_token", "APNS", "APNSMessage"],
    ["gcm_token", "GCM", "GCMMessage"],
  ])("sends to a %s by its own service", async (type, service, member) => {
    const { asked, push } = pinpoint({ DeliveryStatus: "SUCCESSFUL", MessageId: "p1", StatusCode: 200 });
    expect(await push.send([message(type)])).toEqual([{ kind: "accepted", providerId: "p1" }]);
    expect(asked).toEqual([
      {
        path: "/v1/apps/app/messages",
        body: {
          Addresses: { "token-1": { ChannelType: service } },
          MessageConfiguration: { [member]: { Action: "OPEN_APP", Body: "Come", Title: "Hi" } },
          TraceId: "m1",
        },
      },
    ]);
  });

  it.each([
    ["PERMANENT_FAILURE", "refused"],
    ["OPT_OUT", "refused"],
    ["DUPLICATE", "refused"],
    ["THROTTLED", "later"],
    ["TEMPORARY_FAILURE", "later"],
    ["UNKNOWN_FAILURE", "uncertain"],
  ])("knows what %s means: %s", async (DeliveryStatus, kind) => {
    const { push } = pinpoint({ DeliveryStatus, StatusMessage: "why", StatusCode: 400 });
    expect(await push.send([message("gcm_token")])).toEqual([{ kind, reason: `${DeliveryStatus}: why` }]);
  });

  it("asks nothing for an address that no push service knows", async () => {
    const { asked, push } = pinpoint({});
    expect((await push.send([message("device_id")]))[0]?.kind).toBe("refused");
    expect(asked).toEqual([]);
  });
});
