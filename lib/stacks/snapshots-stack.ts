import { Duration } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { acknowledgeQueueSource } from "#lib/constructs/acknowledge.ts";
import type { Link } from "#lib/constructs/link.ts";
import { SCHEDULED_TIME, ScheduledMessage } from "#lib/constructs/scheduled-message.ts";
import { TributaryFunction } from "#lib/constructs/tributary-function.ts";
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

/** Who is in which segment, found by schedule: the schedule, the queue, and the function that empties it. */
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
        SNAPSHOTS_BUCKET: segments.toKeepLists,
        SNAPSHOT_QUEUE_URL: this.runs.toSend,
        MEMBERSHIPS_TABLE: stores.memberships.to("BatchGetItem", "PutItem"),
      },
    });
    // One segment for each call: an evaluation may take minutes, and is taken up again where it stopped.
    snapshot.addEventSource(
      new SqsEventSource(this.runs.queue, { batchSize: 1, maxConcurrency: 4, reportBatchItemFailures: true }),
    );
    acknowledgeQueueSource(snapshot);
  }

  /** Asks for all segments that are due, again and again. The time asked for is in the message: it may come twice. */
  private addSchedule(stage: Stage): void {
    new ScheduledMessage(this, "Schedule", {
      description: `Tributary (${stage.name}): evaluate the segments that are due`,
      every: { amount: stage.segmentMinutes, unit: "minute" },
      to: this.runs,
      message: { v: 1, kind: "all", now: SCHEDULED_TIME },
    });
  }
}
