import { readFileSync } from "node:fs";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { parse } from "yaml";
import { memorySources } from "#adapters/memory/sources.ts";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import type { Intake } from "#core/events/ports.ts";
import { keptWriteKey } from "#core/events/write-key-hash.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { plansIn } from "#core/plans/plans-in.flow.ts";
import { readTrackingPlan } from "#core/plans/read-tracking-plan.ts";
import { collectHandler } from "#lambdas/collect/handler.ts";

const WRITE_KEY = "a-write-key-of-thirty-two-digits";
const PLAN = "ecommerce";

/** The collector by itself, its source held to the e-commerce plan: what goes in ends at `intake`. */
export function collector(intake: Intake, kind: "server" | "browser" = "server"): ReturnType<typeof collectHandler> {
  const read = readTrackingPlan(parse(readFileSync(new URL("../../plans/ecommerce.yaml", import.meta.url), "utf8")));
  if (isRejection(read)) throw new Error(read.message);
  const definition = { id: PLAN, version: 1, updatedAt: 0, definition: read };
  const source = { id: "shop", name: "The shop", kind, trust: kind, enabled: true } as const;
  const keys = [keptWriteKey(WRITE_KEY, 0)];
  return collectHandler({
    sources: memorySources([{ ...source, keys, plan: { id: PLAN, mode: "report" } }]),
    rates: { take: async () => 0, putBack: () => {} },
    plans: plansIn({ get: async () => definition }, Date.now),
    intake,
    clock: Date.now,
    limits: defaultAdmissionLimits,
    normalise: normaliserFor(defaultIdentityRules),
    freshId: () => "never-asked-for",
    onFault: (error) => {
      throw error;
    },
  });
}

/** A batch as API Gateway hands it over. */
export const gatewayRequest = (body: string): APIGatewayProxyEventV2 => ({
  version: "2.0",
  routeKey: "$default",
  rawPath: "/v1/batch",
  rawQueryString: "",
  headers: {
    authorization: `Basic ${Buffer.from(`${WRITE_KEY}:`).toString("base64")}`,
    "content-type": "application/json",
    "user-agent": "analytics-node/3.1.0",
    host: "collect.example",
    "x-forwarded-proto": "https",
  },
  requestContext: {
    accountId: "123456789012",
    apiId: "collect",
    domainName: "collect.example",
    domainPrefix: "collect",
    http: {
      method: "POST",
      path: "/v1/batch",
      protocol: "HTTP/1.1",
      sourceIp: "198.51.100.23",
      userAgent: "analytics-node/3.1.0",
    },
    requestId: "a-request",
    routeKey: "$default",
    stage: "$default",
    time: "02/Nov/2026:10:00:00 +0000",
    timeEpoch: Date.UTC(2026, 10, 2, 10),
  },
  isBase64Encoded: false,
  body,
});
