import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RemovalPolicy, Stack } from "aws-cdk-lib";
import type { IOrigin } from "aws-cdk-lib/aws-cloudfront";
import { S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { BucketDeployment, CacheControl, Source } from "aws-cdk-lib/aws-s3-deployment";
import { Construct } from "constructs";
import {
  SCRIPT_CACHE,
  SCRIPT_FILE,
  SCRIPT_FOLDER,
  SCRIPT_PACKAGE,
  SCRIPT_PARTS_FOLDER,
  SCRIPT_ROOT,
  SCRIPT_STABLE,
} from "#contracts/browser-script.ts";
import type { Stage } from "#lib/stages/stage.ts";
import { acknowledge, acknowledgeStars } from "./acknowledge.ts";
import { allow } from "./tributary-function.ts";

const PACKAGE = fileURLToPath(new URL(`../../node_modules/${SCRIPT_PACKAGE}/`, import.meta.url));

const ERRORS = fileURLToPath(new URL("../edge/errors/", import.meta.url));

/** What CloudFront answers where neither it nor the API had an answer. */
export const ERROR_PAGE = "/errors/unavailable.json";

/** Files of a folder on this machine that go into a folder of the bucket. */
interface Files {
  readonly to: string;
  readonly from: string;
  readonly only: string;
  readonly contentType: string;
  readonly cache: string;
  /** Whether pages may still name what lies here when it is not deployed any more. */
  readonly outlives?: boolean;
}

/** The browser's client as its package has it, in a bucket that only the distribution reads. */
export class BrowserScript extends Construct {
  readonly origin: IOrigin;
  private readonly bucket: Bucket;
  private readonly role: Role;
  private readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    this.bucket = new Bucket(this, "Files", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      // Everything in it comes from a package.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(
      this.bucket,
      "Published files, the same for everybody: who fetched them is nobody's.",
      "AwsSolutions-S1",
    );
    this.logGroup = new LogGroup(this, "DeployLogs", {
      retention: stage.logDays,
      removalPolicy: stage.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.role = this.addRole();
    for (const files of allFiles()) this.deploy(files, stage);
    this.origin = S3BucketOrigin.withOriginAccessControl(this.bucket);
    this.acknowledgeCopier();
  }

  /** CDK has one function for all of a stack's copying, beside what asked for it. */
  private acknowledgeCopier(): void {
    const copiers = Stack.of(this).node.children.filter(({ node }) =>
      node.id.startsWith("Custom::CDKBucketDeployment"),
    );
    for (const copier of copiers) {
      acknowledge(
        copier,
        "CDK's own function, whose runtime is CDK's to choose.",
        "AwsSolutions-L1",
        "Serverless-LambdaLatestVersion",
      );
      acknowledge(
        copier,
        "It runs while it is deployed, and CloudFormation waits for it and says what failed.",
        "Serverless-LambdaDLQ",
        "Serverless-LambdaTracing",
      );
    }
  }

  /** What the function may do that copies the files here: CDK's own would let it do more, and read every asset. */
  private addRole(): Role {
    const role = new Role(this, "DeployRole", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    this.logGroup.grantWrite(role);
    role.addToPolicy(allow(["s3:ListBucket"], [this.bucket.bucketArn]));
    role.addToPolicy(allow(["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [this.bucket.arnForObjects("*")]));
    const bucketId = Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket);
    acknowledgeStars(role, "It writes all files of this bucket, and nothing else.", `<${bucketId}.Arn>/*`);
    return role;
  }

  private deploy({ to, from, only, cache, contentType, outlives = false }: Files, stage: Stage): void {
    const name = to.replaceAll("/", "-");
    const asset = new Asset(this, `Asset-${name}`, { path: from, exclude: ["*", `!${only}`] });
    this.role.addToPolicy(allow(["s3:GetObject"], [asset.bucket.arnForObjects(asset.s3ObjectKey)]));
    const deployment = new BucketDeployment(this, `Deploy-${name}`, {
      sources: [Source.bucket(asset.bucket, asset.s3ObjectKey)],
      destinationBucket: this.bucket,
      destinationKeyPrefix: to,
      cacheControl: [CacheControl.fromString(cache)],
      contentType,
      prune: !outlives,
      retainOnDelete: outlives && stage.keepsData,
      role: this.role.withoutPolicyUpdates(),
      logGroup: this.logGroup,
    });
    // Not before it may.
    deployment.node.addDependency(this.role);
  }
}

const versionOf = (folder: string): string => JSON.parse(readFileSync(`${folder}package.json`, "utf8")).version;

function allFiles(): readonly Files[] {
  const root = SCRIPT_ROOT.slice(1);
  const [, errors = "", page = ""] = ERROR_PAGE.split("/");
  const script = { from: PACKAGE + SCRIPT_FOLDER, only: SCRIPT_FILE, contentType: "text/javascript; charset=utf-8" };
  const pinned = { ...script, cache: SCRIPT_CACHE.pinned, outlives: true };
  const text = { contentType: "text/plain; charset=utf-8", cache: SCRIPT_CACHE.stable };
  const json = { contentType: "application/json", cache: "no-cache" };
  return [
    { ...script, to: `${root}/${SCRIPT_STABLE}`, cache: SCRIPT_CACHE.stable },
    { ...pinned, to: `${root}/${versionOf(PACKAGE)}` },
    { ...pinned, to: `${root}/${SCRIPT_PARTS_FOLDER}`, only: "*.bundle.*.js" },
    // The MIT licence asks to go where the script goes.
    { ...text, to: `${root}/licence`, from: PACKAGE, only: "LICENSE.MD" },
    { ...json, to: errors, from: ERRORS, only: page },
  ];
}
