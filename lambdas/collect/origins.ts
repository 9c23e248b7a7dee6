import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { allowsOrigin } from "#core/events/allows-origin.ts";
import type { Senders } from "#core/events/collect.flow.ts";
import type { Sources } from "#core/events/ports.ts";
import type { Source } from "#core/events/source.ts";
import type { Refusal } from "./answer.ts";
import { collectRoute } from "./route.ts";
import { findWriteKeys } from "./write-key.ts";

export const NOT_ALLOWED = {
  code: "origin.not_allowed",
  message:
    "the source of this write key does not allow this origin; its owner can add it to the source's allowedOrigins",
} as const satisfies Refusal;

/** Whether none of the sources that a request is for takes anything from the page that sent it. */
export function isFromElsewhere(from: Senders, { headers }: APIGatewayProxyEventV2): boolean {
  const sources = [from].flat().filter((source) => source !== undefined);
  return !sources.some((source) => allowsOrigin(source, headers.origin));
}

/** Sources that remember which of them were asked for and found: whoever answers a request follows their rules. */
export function rememberedSources(sources: Sources): Sources & { readonly found: readonly Source[] } {
  const found: Source[] = [];
  return {
    found,
    byWriteKey: async (writeKey) => {
      const source = await sources.byWriteKey(writeKey);
      if (source !== undefined) found.push(source);
      return source;
    },
  };
}

/** The source that a preflight is about, where the address says it. */
export async function preflightSource(sources: Sources, event: APIGatewayProxyEventV2): Promise<Source | undefined> {
  const route = collectRoute(event.rawPath);
  if (route?.kind === "segment_settings") return await sources.byWriteKey(route.writeKey);
  const keys = findWriteKeys({ headers: {}, query: event.queryStringParameters ?? {} }, { items: [] });
  return keys?.kind === "one" ? await sources.byWriteKey(keys.key) : undefined;
}
