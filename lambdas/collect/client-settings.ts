import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { firstPartyRule } from "#core/events/first-party-id.ts";
import type { Source } from "#core/events/source.ts";
import { type EpochMs, isoTime } from "#core/kernel/time.ts";

/**
 * What Segment's browser client asks before it sends. With empty integrations it would send nothing, and any other than
 * Segment's own would make it load a bundle that is not there.
 */
export function segmentSettings(event: APIGatewayProxyEventV2, source: Source, writeKey: string): object {
  const { host = event.requestContext.domainName, "x-forwarded-proto": protocol = "https" } = event.headers;
  return {
    integrations: { "Segment.io": { apiKey: writeKey, apiHost: `${host}/v1`, protocol, ...delivery(source) } },
    metrics: { sampleRate: 0 },
  };
}

/**
 * A page of another host sends cookies only where it is told to. It may be told only where the source names its origins:
 * of an answer that is open to all, browsers keep from a page what it asked for with cookies.
 */
const delivery = (source: Source): object =>
  firstPartyRule(source) === undefined || source.allowedOrigins === undefined
    ? {}
    : { deliveryStrategy: { config: { credentials: "include" } } };

/** What RudderStack's browser client asks before it sends: a source without destinations, that reports on nothing. */
export const rudderSettings = (source: Source, writeKey: string, now: EpochMs): object => ({
  source: {
    id: source.id,
    name: source.name,
    writeKey,
    enabled: source.enabled,
    workspaceId: "tributary",
    connections: [],
    destinations: [],
    dataplanes: {},
    config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
  },
  updatedAt: isoTime(now),
});
