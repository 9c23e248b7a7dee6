import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CollectionDomain } from "#lib/stages/stage.ts";
import { testStage } from "#lib/stages/test.ts";
import { ofType, type Properties, production, synthesise, test } from "./synthesise.ts";

const only = (type: string): Properties => {
  const [found, ...more] = ofType(production, type).filter(({ stack }) => stack === "collection-domain");
  expect(more).toEqual([]);
  return found?.Properties ?? {};
};
const distribution: Properties = only("AWS::CloudFront::Distribution").DistributionConfig;
const behaviours: readonly Properties[] = [distribution.DefaultCacheBehavior, ...distribution.CacheBehaviors];
const [events] = behaviours;
const behaviourOf = (path: string): Properties =>
  behaviours.find(({ PathPattern }) => PathPattern === path) ?? expect.fail(`no behaviour for ${path}`);
const originOf = (behaviour: Properties | undefined): Properties =>
  distribution.Origins.find(({ Id }: Properties) => Id === behaviour?.TargetOriginId);

const installed = (): string => {
  const manifest = new URL("../../node_modules/@segment/analytics-next/package.json", import.meta.url);
  return JSON.parse(readFileSync(manifest, "utf8")).version;
};

describe("the collection domain", () => {
  it("is not there unless it is asked for", () => {
    expect(ofType(test, "AWS::CloudFront::Distribution")).toEqual([]);
    const environment = ofType(test, "AWS::Lambda::Function").map(
      ({ Properties }) => Properties.Environment?.Variables,
    );
    expect(JSON.stringify(environment)).not.toContain("COLLECTION_DOMAIN");
  });

  it("speaks HTTP/2 and 3, on IPv6 too, over TLS 1.2 at least, in the owner's name", () => {
    expect(distribution).toMatchObject({
      Aliases: ["cdp.shop.example"],
      HttpVersion: "http2and3",
      IPV6Enabled: true,
      ViewerCertificate: {
        MinimumProtocolVersion: "TLSv1.2_2021",
        SslSupportMethod: "sni-only",
        AcmCertificateArn: expect.stringContaining("us-east-1"),
      },
    });
    const records = ofType(production, "AWS::Route53::RecordSet").map(({ Properties }) => Properties);
    expect(records.map(({ Name, Type }) => [Name, Type])).toEqual([
      ["cdp.shop.example.", "A"],
      ["cdp.shop.example.", "AAAA"],
    ]);
  });

  it("keeps no log of visitors", () => {
    expect(distribution.Logging).toBeUndefined();
  });

  it("forwards events as they are, caching none, to the API under its own name", () => {
    expect(events).toMatchObject({
      // AWS's own policy that caches nothing.
      CachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
      ViewerProtocolPolicy: "https-only",
      AllowedMethods: expect.arrayContaining(["POST", "OPTIONS", "GET", "HEAD"]),
    });
    expect(originOf(events).CustomOriginConfig).toMatchObject({ OriginProtocolPolicy: "https-only" });
    expect(only("AWS::CloudFront::OriginRequestPolicy").OriginRequestPolicyConfig).toMatchObject({
      HeadersConfig: { HeaderBehavior: "allExcept", Headers: ["Host"] },
      CookiesConfig: { CookieBehavior: "whitelist", Cookies: ["tributary_id"] },
      QueryStringsConfig: { QueryStringBehavior: "all" },
    });
  });

  it.each(["v1/projects/*", "projects/*"])("caches %s by its path, the host that was asked and the origin", (path) => {
    const behaviour = behaviourOf(path);
    expect(behaviour.TargetOriginId).toBe(events?.TargetOriginId);
    expect(behaviour.OriginRequestPolicyId).toEqual(events?.OriginRequestPolicyId);
    const { Ref: id } = behaviour.CachePolicyId;
    const policy = production.resources.find((resource) => resource.id === id)?.Properties.CachePolicyConfig;
    expect(policy).toMatchObject({
      MinTTL: 0,
      DefaultTTL: 0,
      MaxTTL: 300,
      ParametersInCacheKeyAndForwardedToOrigin: {
        HeadersConfig: { HeaderBehavior: "whitelist", Headers: ["Origin", "x-forwarded-host"] },
        CookiesConfig: { CookieBehavior: "none" },
        QueryStringsConfig: { QueryStringBehavior: "none" },
      },
    });
  });

  it.each(["analytics.js/*", "analytics-next/*", "errors/unavailable.json"])("serves %s from the bucket", (path) => {
    const origin = originOf(behaviourOf(path));
    expect(origin.OriginAccessControlId).toBeDefined();
    expect(origin.S3OriginConfig.OriginAccessIdentity).toBe("");
  });

  it("asks the function at the edge first, whatever is asked for", () => {
    for (const behaviour of behaviours)
      expect(behaviour.FunctionAssociations).toMatchObject([{ EventType: "viewer-request" }]);
    expect(only("AWS::CloudFront::Function").FunctionConfig.Runtime).toBe("cloudfront-js-2.0");
    expect(Buffer.byteLength(only("AWS::CloudFront::Function").FunctionCode)).toBeLessThan(10_240);
  });

  it("answers what the gateway breaks in our own words, and leaves the collector's own 503 alone", () => {
    expect(distribution.CustomErrorResponses).toEqual([
      ...[500, 502, 504].map((ErrorCode) => ({
        ErrorCode,
        ErrorCachingMinTTL: 0,
        ResponseCode: 503,
        ResponsePagePath: "/errors/unavailable.json",
      })),
      { ErrorCode: 503, ErrorCachingMinTTL: 0 },
    ]);
  });

  it("copies nothing before it may", () => {
    const copies = ofType(production, "Custom::CDKBucketDeployment");
    expect(copies.length).toBeGreaterThan(0);
    for (const { DependsOn = [] } of copies) expect(DependsOn.join()).toMatch(/DeployRoleDefaultPolicy/);
  });

  it("deploys the script for ever where a path names its version or its content, and for minutes where not", () => {
    const copies = ofType(production, "Custom::CDKBucketDeployment").map(({ Properties }) => Properties);
    const cached = Object.fromEntries(
      copies.map((copy) => [copy.DestinationBucketKeyPrefix, copy.SystemMetadata["cache-control"]]),
    );
    const forEver = "public, max-age=31536000, immutable";
    expect(cached).toEqual({
      "analytics-next/stable": "public, max-age=300",
      [`analytics-next/${installed()}`]: forEver,
      "analytics-next/bundles": forEver,
      "analytics-next/licence": "public, max-age=300",
      errors: "no-cache",
    });
  });
});

describe("a collection domain that cannot be", () => {
  const certificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/1";
  it.each<[string, CollectionDomain]>([
    ["domainName is a host", { domainName: "https://cdp.shop.example", certificateArn }],
    ["us-east-1", { domainName: "cdp.shop.example", certificateArn: certificateArn.replace("us-east", "eu-west") }],
    [
      "cannot hold",
      { domainName: "cdp.shop.example", certificateArn, hostedZone: { id: "Z1", name: "other.example" } },
    ],
  ])("is refused before it is deployed: %s", (words, collectionDomain) => {
    const stage = testStage({ sender: "hello@shop.example", lakeSince: "2026-11-01", collectionDomain });
    expect(() => synthesise(stage)).toThrow(words);
  });
});
