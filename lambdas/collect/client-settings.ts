import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Source } from "#core/events/source.ts";
import { type EpochMs, isoTime } from "#core/kernel/time.ts";

/**
 * What Segment's browser client asks before it sends. With empty integrations it would send nothing, and any other than
 * Segment's own would make it load a bundle that is not there.
 */
export function segmentSettings(event: APIGatewayProxyEventV2, writeKey: string): object {
  const { host = event.requestContext.domainName, "x-forwarded-proto": protocol = "https" } = event.headers;
  return {
    integrations: { "Segment.io": { apiKey: writeKey, apiHost: `${host}/v1`, protocol } },
    metrics: { sampleRate: 0 },
  };
}

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
