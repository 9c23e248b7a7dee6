import { fileURLToPath } from "node:url";
import { Duration } from "aws-cdk-lib";
import {
  AllowedMethods,
  type BehaviorOptions,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Function as CloudFrontFunction,
  type DistributionProps,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  type IOrigin,
  OriginRequestCookieBehavior,
  OriginRequestHeaderBehavior,
  OriginRequestPolicy,
  OriginRequestQueryStringBehavior,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import type { Construct } from "constructs";
import { SCRIPT_ROOT } from "#contracts/browser-script.ts";
import { ERROR_PAGE } from "./browser-script.ts";

const EDGE = fileURLToPath(new URL("../edge/viewer-request.js", import.meta.url));

export interface EdgeBehavioursProps {
  readonly api: IOrigin;
  readonly script: IOrigin;
  /** Names of the cookies that are let through; the usual one where nothing is said. */
  readonly cookies?: readonly string[] | undefined;
}

/** What the distribution does with each path: events go through, settings are kept for minutes, the script is a file. */
export function edgeBehaviours(
  scope: Construct,
  { api, script, cookies = ["tributary_id"] }: EdgeBehavioursProps,
): Pick<DistributionProps, "defaultBehavior" | "additionalBehaviors"> {
  const edge = {
    eventType: FunctionEventType.VIEWER_REQUEST,
    function: new CloudFrontFunction(scope, "Edge", {
      code: FunctionCode.fromFile({ filePath: EDGE }),
      runtime: FunctionRuntime.JS_2_0,
      comment: "Says who asks, and refuses what the API would refuse badly",
    }),
  };
  const collection: BehaviorOptions = {
    origin: api,
    allowedMethods: AllowedMethods.ALLOW_ALL,
    cachePolicy: CachePolicy.CACHING_DISABLED,
    originRequestPolicy: forwarding(scope, cookies),
    // No redirection: what was sent in the clear would already have been read.
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    functionAssociations: [edge],
  };
  const settings: BehaviorOptions = { ...collection, cachePolicy: settingsCache(scope), compress: true };
  const files: BehaviorOptions = {
    origin: script,
    allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
    cachePolicy: CachePolicy.CACHING_OPTIMIZED,
    // Pages that check the script by its digest (`integrity`) ask for it with CORS.
    responseHeadersPolicy: ResponseHeadersPolicy.CORS_ALLOW_ALL_ORIGINS,
    viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    functionAssociations: [edge],
    compress: true,
  };
  const atRoot = { [`${SCRIPT_ROOT.slice(1)}/*`]: files, [ERROR_PAGE.slice(1)]: files };
  const byPath = { "v1/projects/*": settings, "projects/*": settings, "analytics.js/*": files, ...atRoot };
  return { defaultBehavior: collection, additionalBehaviors: byPath };
}

/**
 * Everything a client sends, save `Host`, by which the API knows itself, and the site's other cookies: those are nobody's
 * business here, and with them the headers of a large site outgrow the 10 KB that the API takes.
 */
const forwarding = (scope: Construct, cookies: readonly string[]): OriginRequestPolicy =>
  new OriginRequestPolicy(scope, "Forwarded", {
    comment: "Everything but Host and the site's own cookies",
    headerBehavior: OriginRequestHeaderBehavior.denyList("Host"),
    cookieBehavior: OriginRequestCookieBehavior.allowList(...cookies),
    queryStringBehavior: OriginRequestQueryStringBehavior.all(),
  });

/** Kept as long as the answer says. The key is part of the path; the answer also depends on the host and the origin. */
const settingsCache = (scope: Construct): CachePolicy =>
  new CachePolicy(scope, "SettingsCache", {
    comment: "By path, the host that was asked, and the page's origin",
    minTtl: Duration.seconds(0),
    defaultTtl: Duration.seconds(0),
    maxTtl: Duration.minutes(5),
    headerBehavior: CacheHeaderBehavior.allowList("Origin", "x-forwarded-host"),
    queryStringBehavior: CacheQueryStringBehavior.none(),
    cookieBehavior: CacheCookieBehavior.none(),
    enableAcceptEncodingGzip: true,
    enableAcceptEncodingBrotli: true,
  });
