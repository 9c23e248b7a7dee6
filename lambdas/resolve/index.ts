import { dynamodbProfileStore } from "#adapters/aws/dynamodb-profile-store.ts";
import { jitteredPause } from "#adapters/aws/pause.ts";
import { identityRulesIn } from "#contracts/identity-rules-setting.ts";
import { readSettings } from "#contracts/settings.ts";
import { countMetric } from "#lambdas/middleware/count-metric.ts";
import { logTrouble } from "#lambdas/middleware/log-trouble.ts";
import { resolveHandler } from "./handler.ts";

const settings = readSettings("resolve", process.env);

export const handler = resolveHandler({
  store: dynamodbProfileStore({ table: settings.PROFILES_TABLE }),
  pause: jitteredPause,
  rules: identityRulesIn(settings),
  onTrouble: logTrouble,
  onQuarantine: (components) => countMetric("QuarantinedComponents", components),
});
