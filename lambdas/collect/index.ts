import { randomBytes } from "node:crypto";
import { dynamodbDefinitions } from "#adapters/aws/dynamodb-definitions.ts";
import { dynamodbRates } from "#adapters/aws/dynamodb-rates.ts";
import { dynamodbSources } from "#adapters/aws/dynamodb-sources.ts";
import { awsIntake } from "#adapters/aws/intake.ts";
import { identityRulesIn } from "#contracts/identity-rules-setting.ts";
import { readSettings } from "#contracts/settings.ts";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import { plansIn } from "#core/plans/plans-in.flow.ts";
import type { TrackingPlan } from "#core/plans/tracking-plan.ts";
import { logTrouble } from "#lambdas/middleware/log-trouble.ts";
import { collectHandler } from "./handler.ts";

const settings = readSettings("collect", process.env);
const table = settings.DEFINITIONS_TABLE;
const trackingPlans = dynamodbDefinitions<TrackingPlan>({ table, kind: "tracking_plan", now: Date.now });

export const handler = collectHandler({
  sources: dynamodbSources({ table: settings.SOURCES_TABLE, now: Date.now }),
  rates: dynamodbRates({ table: settings.RATES_TABLE, now: Date.now, onTrouble: logTrouble }),
  intake: awsIntake({
    queueUrl: settings.RESOLVE_QUEUE_URL,
    eventsLogStream: settings.EVENTS_LOG_STREAM,
    badEventsStream: settings.BAD_EVENTS_STREAM,
  }),
  clock: Date.now,
  limits: defaultAdmissionLimits,
  normalise: normaliserFor(identityRulesIn(settings)),
  freshId: () => randomBytes(16).toString("base64url"),
  collectionDomain: settings.COLLECTION_DOMAIN,
  plans: plansIn(trackingPlans, Date.now),
  onFault: logTrouble,
});
