import { Arn, ArnFormat, CfnOutput, Duration } from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  Distribution,
  type ErrorResponse,
  HttpVersion,
  OriginProtocolPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
} from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { AaaaRecord, ARecord, HostedZone, RecordTarget } from "aws-cdk-lib/aws-route53";
import { CloudFrontTarget } from "aws-cdk-lib/aws-route53-targets";
import type { Construct } from "constructs";
import { acknowledge } from "#lib/constructs/acknowledge.ts";
import { BrowserScript, ERROR_PAGE } from "#lib/constructs/browser-script.ts";
import { edgeBehaviours } from "#lib/constructs/edge-behaviours.ts";
import type { CollectionDomain, Stage } from "#lib/stages/stage.ts";
import type { CollectStack } from "./collect-stack.ts";
import { StageStack } from "./stage-stack.ts";

export interface CollectionDomainStackProps {
  readonly stage: Stage;
  readonly domain: CollectionDomain;
  readonly collect: CollectStack;
}

/** The owner's own host for browsers: the script, its settings and collection, through CloudFront. */
export class CollectionDomainStack extends StageStack {
  constructor(scope: Construct, { stage, domain, collect }: CollectionDomainStackProps) {
    super(scope, "collection-domain", stage, "settings, script and collection on the owner's domain");
    check(domain);
    const distribution = this.addDistribution(stage, domain, collect);
    if (domain.hostedZone !== undefined) this.addRecords(domain.domainName, domain.hostedZone, distribution);
    new CfnOutput(this, "Target", {
      value: distribution.distributionDomainName,
      description: `Where ${domain.domainName} is to point`,
    });
  }

  private addDistribution(stage: Stage, domain: CollectionDomain, collect: CollectStack): Distribution {
    const api = new HttpOrigin(`${collect.http.apiId}.execute-api.${this.region}.${this.urlSuffix}`, {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      // As long as the API itself waits for a function.
      readTimeout: Duration.seconds(30),
    });
    const script = new BrowserScript(this, "Script", stage);
    const distribution = new Distribution(this, "Distribution", {
      comment: `Tributary (${stage.name}): ${domain.domainName}`,
      domainNames: [domain.domainName],
      certificate: Certificate.fromCertificateArn(this, "Certificate", domain.certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      httpVersion: HttpVersion.HTTP2_AND_3,
      enableIpv6: true,
      webAclId: domain.webAclArn,
      ...edgeBehaviours(this, { api, script: script.origin, cookies: domain.cookies }),
      errorResponses: ERROR_RESPONSES,
    });
    acknowledge(
      distribution,
      "Shops sell to whom they like: where visitors may be is the owner's.",
      "AwsSolutions-CFR1",
    );
    acknowledge(
      distribution,
      "WAF costs as much a request as collection itself; an owner who wants it names a web ACL.",
      "AwsSolutions-CFR2",
    );
    acknowledge(
      distribution,
      "Its logs would hold the address, agent and page of every visitor; the API's own log has what operating needs.",
      "AwsSolutions-CFR3",
    );
    return distribution;
  }

  private addRecords(recordName: string, zone: ZoneName, distribution: Distribution): void {
    const hostedZone = HostedZone.fromHostedZoneAttributes(this, "Zone", {
      hostedZoneId: zone.id,
      zoneName: zone.name,
    });
    const target = RecordTarget.fromAlias(new CloudFrontTarget(distribution));
    new ARecord(this, "Address", { zone: hostedZone, recordName: `${recordName}.`, target });
    new AaaaRecord(this, "AddressV6", { zone: hostedZone, recordName: `${recordName}.`, target });
  }
}

type ZoneName = NonNullable<CollectionDomain["hostedZone"]>;

/**
 * What only the gateway or CloudFront answer, and in words of their own, is answered as trouble of ours, with a code and a
 * message. The collector's own 503 goes through as it is, with its `Retry-After`; 413 and 429 CloudFront cannot rewrite.
 */
const ERROR_RESPONSES: ErrorResponse[] = [
  ...[500, 502, 504].map((httpStatus) => ({
    httpStatus,
    responseHttpStatus: 503,
    responsePagePath: ERROR_PAGE,
    ttl: Duration.seconds(0),
  })),
  { httpStatus: 503, ttl: Duration.seconds(0) },
];

/** What CloudFormation would say after ten minutes, or never. */
function check({ domainName, certificateArn, hostedZone }: CollectionDomain): void {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domainName))
    throw new Error(`collectionDomain.domainName is a host in lower case, such as cdp.shop.example; got ${domainName}`);
  if (Arn.split(certificateArn, ArnFormat.SLASH_RESOURCE_NAME).region !== "us-east-1")
    throw new Error(`collectionDomain.certificateArn is of us-east-1, where CloudFront looks; got ${certificateArn}`);
  if (hostedZone !== undefined && !`.${domainName}`.endsWith(`.${hostedZone.name}`))
    throw new Error(`collectionDomain.hostedZone ${hostedZone.name} cannot hold the name ${domainName}`);
}
