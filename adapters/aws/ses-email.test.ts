import { Readable } from "node:stream";
import { SESv2Client } from "@aws-sdk/client-sesv2";
import { describe, expect, it } from "vitest";
import { messageNamed } from "#test/contracts/outbox.ts";
import { pinpointClient } from "./pinpoint-push.ts";
import { sesClient, sesEmail } from "./ses-email.ts";

interface Asked {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Answer = { readonly status: number; readonly error?: string } | { readonly fails: Error };

/** The real client, with a wire that is ours: what it asks is recorded, what it hears is told. */
function ses(answer: Answer) {
  const asked: Asked[] = [];
  const handle = async (request: { readonly path: string; readonly body: Uint8Array }) => {
    asked.push({ path: request.path, body: JSON.parse(new TextDecoder().decode(request.body)) as Asked["body"] });
    if ("fails" in answer) throw answer.fails;
    const headers = answer.error === undefined ? {} : { "x-amzn-errortype": answer.error };
    const said = answer.error === undefined ? { MessageId: "ses-1" } : { message: "why" };
    return {
      response: {
        statusCode: answer.status,
        headers: { "content-type": "application/json", ...headers },
        body: Readable.from([JSON.stringify(said)]),
      },
    };
  };
  const client = new SESv2Client({
    region: "eu-west-3",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
    requestHandler: { handle } as never,
  });
  return { asked, client };
}

const mail = { sender: "Maison <news@example.org>", configurationSet: "tributary-test" };

describe("e-mail through SES", () => {
  it("sends each message by itself, tagged with our id, with a way to unsubscribe", async () => {
    const { asked, client } = ses({ status: 200 });
    const message = messageNamed("m-1_x", { content: { subject: "Été", text: "Bonjour", html: "<p>Bonjour</p>" } });
    expect(await sesEmail({ ...mail, client }).send([message])).toEqual([{ kind: "accepted", providerId: "ses-1" }]);
    expect(asked).toEqual([
      {
        path: "/v2/email/outbound-emails",
        body: {
          FromEmailAddress: "Maison <news@example.org>",
          Destination: { ToAddresses: ["m-1_x@example.org"] },
          ConfigurationSetName: "tributary-test",
          EmailTags: [{ Name: "message", Value: "m-1_x" }],
          Content: {
            Simple: {
              Subject: { Data: "Été", Charset: "UTF-8" },
              Body: {
                Text: { Data: "Bonjour", Charset: "UTF-8" },
                Html: { Data: "<p>Bonjour</p>", Charset: "UTF-8" },
              },
              Headers: [{ Name: "List-Unsubscribe", Value: "<mailto:news@example.org?subject=unsubscribe%20m-1_x>" }],
            },
          },
        },
      },
    ]);
  });

  it("promises one click only where one click is served", async () => {
    const { asked, client } = ses({ status: 200 });
    const unsubscribeUrl = "https://shop.example.org/u/";
    await sesEmail({ ...mail, sender: "news@example.org", unsubscribeUrl, client }).send([messageNamed("m1")]);
    expect(asked[0]?.body).toMatchObject({
      Content: {
        Simple: {
          Headers: [
            {
              Name: "List-Unsubscribe",
              Value: "<https://shop.example.org/u/m1>, <mailto:news@example.org?subject=unsubscribe%20m1>",
            },
            { Name: "List-Unsubscribe-Post", Value: "List-Unsubscribe=One-Click" },
          ],
        },
      },
    });
  });

  it.each([
    [{ status: 400, error: "MessageRejected" }, "refused"],
    [{ status: 400, error: "BadRequestException" }, "refused"],
    [{ status: 429, error: "TooManyRequestsException" }, "later"],
    [{ status: 400, error: "LimitExceededException" }, "later"],
    [{ status: 400, error: "SendingPausedException" }, "later"],
    [{ status: 400, error: "AccountSuspendedException" }, "later"],
    [{ status: 400, error: "MailFromDomainNotVerifiedException" }, "later"],
    [{ status: 403, error: "AccessDeniedException" }, "later"],
    [{ status: 404, error: "NotFoundException" }, "later"],
    [{ status: 500, error: "InternalServiceErrorException" }, "uncertain"],
    [{ status: 503, error: "ServiceUnavailable" }, "uncertain"],
    [{ fails: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }) }, "later"],
    [{ fails: Object.assign(new Error("lookup"), { code: "ENOTFOUND" }) }, "later"],
    [{ fails: Object.assign(new Error("reset"), { code: "ECONNRESET" }) }, "uncertain"],
    [{ fails: Object.assign(new Error("slow"), { name: "TimeoutError" }) }, "uncertain"],
  ] as const)("asks once, whatever comes of it, and knows what it means: %j is %s", async (answer, kind) => {
    const { asked, client } = ses(answer);
    const [outcome] = await sesEmail({ ...mail, client }).send([messageNamed("m1")]);
    expect(outcome?.kind).toBe(kind);
    expect(asked).toHaveLength(1);
  });

  it("makes clients that ask once", async () => {
    expect(await sesClient().config.maxAttempts()).toBe(1);
    expect(await pinpointClient().config.maxAttempts()).toBe(1);
  });
});
