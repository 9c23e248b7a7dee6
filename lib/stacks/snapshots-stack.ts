import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { acknowledge, acknowledgeQueueSource, acknowledgeStars } from "#lib/constructs/acknowledge.ts";
import type { Link } from "#lib/constructs/link.ts";
import { allow, TributaryFunction } from "#lib/constructs/tributary-function.ts";
import { WorkQueue } from "#lib/constructs/work-queue.ts";
import type { Stage } from "#lib/stages/stage.ts";
import type { LakeStack } from "./lake-stack.ts";
import type { SegmentsStack } from "./segments-stack.ts";
import { StageStack } from "./stage-stack.ts";
import type { StoresStack } from "./stores-stack.ts";

export interface SnapshotsStackProps {
  readonly stage: Stage;
  readonly alarms: ITopic;
  readonly lake: LakeStack;
  readonly stores: StoresStack;
  readonly segments: SegmentsStack;
}

const TIMEOUT = Duration.minutes(15);

/** Who is in which segment, found by schedule: the queue, the function that empties it, and the lists it keeps. */
export class SnapshotsStack extends StageStack {
  private readonly runs: WorkQueue;

  constructor(scope: Construct, props: SnapshotsStackProps) {
    super(scope, "snapshots", props.stage, "who is in which segment, by schedule");
    const { alarms } = props;
    this.runs = new WorkQueue(this, "Runs", { timeout: TIMEOUT, tries: 5, patience: Duration.hours(2), alarms });
    this.addFunction(props);
    this.addSchedule(props.stage);
  }

  get toRun(): Link {
    return this.runs.toSend;
  }

  private addFunction({ stage, alarms, lake, stores, segments }: SnapshotsStackProps): void {
    const snapshot = new TributaryFunction(this, "Snapshot", {
      name: "snapshot",
      stage,
      alarms,
      memoryMegabytes: 512,
      timeout: TIMEOUT,
      goesOnByItself: true,
      settings: {
        DEFINITIONS_TABLE: stores.definitions.to("GetItem", "PutItem", "Query"),
        WORKGROUP: segments.toAsk("engine"),
        LAKE_DATABASE: lake.toRead,
        SNAPSHOTS_BUCKET: this.addLists(),
        SNAPSHOT_QUEUE_URL: this.runs.toSend,
        SEGMENT_CHANGES_STREAM: lake.toAppend("segment_changes"),
      },
    });
    // One segment for each call: an evaluation may take minutes, and is taken up again where it stopped.
    snapshot.addEventSource(
      new SqsEventSource(this.runs.queue, { batchSize: 1, maxConcurrency: 4, reportBatchItemFailures: true }),
    );
    acknowledgeQueueSource(snapshot);
  }

  /** Permission to keep lists of members, read and forget them, with the bucket's name. */
  private addLists(): Link {
    const lists = new Bucket(this, "Lists", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      // The last list of each segment can be taken again; then whoever is in is told of anew, and counts once.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(
      lists,
      "Lists of ids that one function writes and reads; who is in a segment stands in the lake.",
      "AwsSolutions-S1",
    );
    return {
      value: lists.bucketName,
      grantTo: (fn) => {
        fn.addToRolePolicy(allow(["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], [lists.arnForObjects("*")]));
        if (fn.role === undefined) return;
        const bucketId = this.getLogicalId(lists.node.defaultChild as CfnBucket);
        acknowledgeStars(fn.role, "Lists are named after segments, which come and go.", `<${bucketId}.Arn>/*`);
      },
    };
  }

  /** Asks for all segments that are due, again and again. The time asked for is in the message: it may come twice. */
  private addSchedule(stage: Stage): void {
    const caller = new Role(this, "Caller", {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": this.account } },
      }),
      inlinePolicies: {
        ask: new PolicyDocument({ statements: [allow(["sqs:SendMessage"], [this.runs.queue.queueArn])] }),
      },
    });
    new CfnSchedule(this, "Schedule", {
      description: `Tributary (${stage.name}): evaluate the segments that are due`,
      scheduleExpression: `rate(${stage.segmentMinutes} minutes)`,
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: this.runs.queue.queueArn,
        roleArn: caller.roleArn,
        input: JSON.stringify({ v: 1, kind: "all", now: "<aws.scheduler.scheduled-time>" }),
      },
    });
  }
}
