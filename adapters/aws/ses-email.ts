import { type MessageHeader, SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import type { Message, MessageContent } from "#core/campaigns/message.ts";
import type { Channel, Outcome } from "#core/campaigns/ports.ts";
import { inParallel } from "./in-parallel.ts";
import { ONE_ATTEMPT, outcomeOfFailure } from "./send-failure.ts";

export interface SesEmailOptions {
  /** `news@example.org`, or `Example <news@example.org>`. */
  readonly sender: string;
  readonly configurationSet: string;
  /** Where one-click unsubscribing is served: the message's id is put behind it. */
  readonly unsubscribeUrl?: string | undefined;
  readonly client?: SESv2Client;
}

export const sesClient = (): SESv2Client => new SESv2Client(ONE_ATTEMPT);

const WIDTH = 10;
/** What SES says of one message. All else it refuses is about the account, and another time it may not. */
const REFUSALS: ReadonlySet<string> = new Set(["MessageRejected", "BadRequestException"]);

/** E-mail through SES. The tag `message` carries our id into every delivery event. */
export function sesEmail(options: SesEmailOptions): Channel {
  const { client = sesClient(), ...mail } = options;
  const sendOne = async (message: Message): Promise<Outcome> => {
    try {
      const { MessageId } = await client.send(new SendEmailCommand(requestFor(message, mail)));
      return { kind: "accepted", providerId: MessageId ?? null };
    } catch (error) {
      return outcomeOfFailure(error, REFUSALS);
    }
  };
  return { send: (messages) => inParallel(messages, WIDTH, sendOne) };
}

type Mail = Omit<SesEmailOptions, "client">;

const requestFor = (message: Message, mail: Mail): ConstructorParameters<typeof SendEmailCommand>[0] => ({
  FromEmailAddress: mail.sender,
  Destination: { ToAddresses: [message.to.value] },
  ConfigurationSetName: mail.configurationSet,
  EmailTags: [{ Name: "message", Value: message.id }],
  Content: {
    Simple: {
      Subject: utf8(message.content.subject ?? ""),
      Body: bodyOf(message.content),
      Headers: unsubscribeHeaders(message.id, mail),
    },
  },
});

const utf8 = (Data: string): { Data: string; Charset: string } => ({ Data, Charset: "UTF-8" });

const bodyOf = ({ text, html }: MessageContent) => ({
  ...(text === undefined ? {} : { Text: utf8(text) }),
  ...(html === undefined ? {} : { Html: utf8(html) }),
});

/** RFC 2369 and RFC 8058: by mail always; by one click where somebody serves it, because a promise must be kept. */
function unsubscribeHeaders(messageId: string, { sender, unsubscribeUrl }: Mail): MessageHeader[] {
  const mailto = `<mailto:${bareAddress(sender)}?subject=${encodeURIComponent(`unsubscribe ${messageId}`)}>`;
  if (unsubscribeUrl === undefined) return [{ Name: "List-Unsubscribe", Value: mailto }];
  return [
    { Name: "List-Unsubscribe", Value: `<${unsubscribeUrl}${encodeURIComponent(messageId)}>, ${mailto}` },
    { Name: "List-Unsubscribe-Post", Value: "List-Unsubscribe=One-Click" },
  ];
}

const bareAddress = (sender: string): string => /<([^<>]+)>\s*$/.exec(sender)?.[1] ?? sender;
