import { CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import { CfnWorkGroup } from "aws-cdk-lib/aws-athena";
import { ManagedPolicy } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { acknowledge, acknowledgeStars } from "#lib/constructs/acknowledge.ts";
import type { Link } from "#lib/constructs/link.ts";
import { NamedQueries } from "#lib/constructs/named-queries.ts";
import { allow } from "#lib/constructs/tributary-function.ts";
import type { Stage } from "#lib/stages/stage.ts";
import { StageStack } from "./stage-stack.ts";

type Who = "engine" | "analysts";

/**
 * Who may ask the lake, and how much: segments and campaigns as the engine, without a limit, because a segment must be
 * whole; people as analysts, whose costly mistakes are stopped.
 */
export class SegmentsStack extends StageStack {
  private readonly results: Bucket;
  private readonly listKeepers: ManagedPolicy;
  private readonly groups: Readonly<Record<Who, Workgroup>>;

  constructor(scope: Construct, stage: Stage) {
    super(scope, "segments", stage, "who may ask the lake, and how much");
    this.results = new Bucket(this, "Results", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      lifecycleRules: [
        ...["engine/", "analysts/"].map((prefix) => ({ prefix, expiration: Duration.days(2) })),
        // A run that died is taken up again from its lists for as long as its message waits.
        { prefix: LISTS, expiration: Duration.days(15) },
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      // Answers can be asked for again: nothing here is data.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(
      this.results,
      "Answers of queries and lists of ids, gone after days; Athena itself records who asked.",
      "AwsSolutions-S1",
    );
    this.listKeepers = this.addListKeepers();
    this.groups = {
      engine: this.addWorkgroup("engine", stage, {}),
      analysts: this.addWorkgroup("analysts", stage, {
        bytesScannedCutoffPerQuery: stage.analystScanGigabytes * 1_000_000_000,
      }),
    };
    new CfnOutput(this, "AnalystsWorkgroup", { value: this.groups.analysts.name });
  }

  /** Permission to ask in a workgroup and to fetch the answers, with its name. What may be read is another's to say. */
  toAsk(who: Who): Link {
    const { name, askers } = this.groups[who];
    return { value: name, grantTo: (fn) => fn.role?.addManagedPolicy(askers) };
  }

  /** Permission to keep lists of members while a run is told, with the bucket's name. */
  get toKeepLists(): Link {
    return { value: this.results.bucketName, grantTo: (fn) => fn.role?.addManagedPolicy(this.listKeepers) };
  }

  private addListKeepers(): ManagedPolicy {
    const keepers = new ManagedPolicy(this, "ListKeepers", {
      description: "May keep lists of members while they are told",
      statements: [
        allow(["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [this.results.arnForObjects(`${LISTS}*`)]),
      ],
    });
    const bucketId = this.getLogicalId(this.results.node.defaultChild as CfnBucket);
    acknowledgeStars(keepers, "Lists are named after segments, which come and go.", `<${bucketId}.Arn>/${LISTS}*`);
    return keepers;
  }

  private addWorkgroup(who: Who, stage: Stage, limits: CfnWorkGroup.WorkGroupConfigurationProperty): Workgroup {
    const name = `tributary-${stage.name}-${who}`;
    const made = new CfnWorkGroup(this, `Workgroup-${who}`, {
      name,
      recursiveDeleteOption: !stage.keepsData,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        engineVersion: { selectedEngineVersion: "Athena engine version 3" },
        resultConfiguration: {
          outputLocation: this.results.s3UrlForObject(who),
          encryptionConfiguration: { encryptionOption: "SSE_S3" },
        },
        ...limits,
      },
    });
    if (who === "analysts" && stage.namesQueries) {
      new NamedQueries(this, "Saved", { workgroup: made, database: stage.database });
    }
    return { name, askers: this.addAskers(who, name) };
  }

  private addAskers(who: Who, workgroup: string): ManagedPolicy {
    const askers = new ManagedPolicy(this, `Askers-${who}`, {
      description: `May ask the lake as ${who}`,
      statements: [
        allow(
          [
            "athena:GetQueryExecution",
            "athena:GetQueryResults",
            "athena:GetWorkGroup",
            "athena:StartQueryExecution",
            "athena:StopQueryExecution",
          ],
          [this.formatArn({ service: "athena", resource: "workgroup", resourceName: workgroup })],
        ),
        allow(["s3:GetBucketLocation"], [this.results.bucketArn]),
        allow(
          ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
          [this.results.arnForObjects(`${who}/*`)],
        ),
      ],
    });
    const bucketId = this.getLogicalId(this.results.node.defaultChild as CfnBucket);
    acknowledgeStars(
      askers,
      "Athena names each answer's file itself, under the workgroup's own prefix.",
      `<${bucketId}.Arn>/${who}/*`,
    );
    return askers;
  }
}

/** Where lists of members lie, beside the answers of the workgroups. */
const LISTS = "snapshots/";

interface Workgroup {
  readonly name: string;
  readonly askers: ManagedPolicy;
}
