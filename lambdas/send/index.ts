import { dynamodbMessageLedger } from "#adapters/aws/dynamodb-message-ledger.ts";
import { firehoseLakeWriter } from "#adapters/aws/firehose-lake-writer.ts";
import { pinpointPush } from "#adapters/aws/pinpoint-push.ts";
import { sesEmail } from "#adapters/aws/ses-email.ts";
import { readSettings } from "#contracts/settings.ts";
import { CLAIM_LEASE } from "#core/campaigns/send-messages.flow.ts";
import { countMetric } from "#lambdas/middleware/count-metric.ts";
import { logTrouble } from "#lambdas/middleware/log-trouble.ts";
import { sendHandler } from "./handler.ts";

const settings = readSettings("send", process.env);

export const handler = sendHandler({
  clock: Date.now,
  ledger: dynamodbMessageLedger({ table: settings.MESSAGES_TABLE }),
  channels: {
    email: sesEmail({
      sender: settings.SENDER_ADDRESS,
      configurationSet: settings.CONFIGURATION_SET,
      unsubscribeUrl: settings.UNSUBSCRIBE_URL,
    }),
    ...(settings.PUSH_APP_ID === undefined ? {} : { push: pinpointPush({ applicationId: settings.PUSH_APP_ID }) }),
  },
  lake: firehoseLakeWriter({ streams: { message_events: settings.MESSAGE_EVENTS_STREAM } }),
  lease: CLAIM_LEASE,
  onReport: ({ uncertain }) => {
    if (uncertain > 0) countMetric("UncertainMessages", uncertain);
  },
  onTrouble: logTrouble,
});
