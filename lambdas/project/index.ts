import { fromItem, keyIn } from "#adapters/aws/component-item.ts";
import { firehoseLakeWriter } from "#adapters/aws/firehose-lake-writer.ts";
import { identityRulesBeforeIn, identityRulesIn } from "#contracts/identity-rules-setting.ts";
import { readSettings } from "#contracts/settings.ts";
import { logTrouble } from "#lambdas/middleware/log-trouble.ts";
import { projectHandler } from "./handler.ts";

const settings = readSettings("project", process.env);

export const handler = projectHandler({
  lake: firehoseLakeWriter({
    streams: {
      identity_changes: settings.IDENTITY_CHANGES_STREAM,
      profile_changes: settings.PROFILE_CHANGES_STREAM,
      consent_changes: settings.CONSENT_CHANGES_STREAM,
      link_changes: settings.LINK_CHANGES_STREAM,
    },
  }),
  clock: Date.now,
  rules: identityRulesIn(settings),
  rulesBefore: identityRulesBeforeIn(settings),
  decode: fromItem,
  keyIn,
  onTrouble: logTrouble,
});
