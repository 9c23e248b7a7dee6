import { Duration } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { ComputeMessage } from "#contracts/bus.ts";
import { acknowledgeQueueSource } from "#lib/constructs/acknowledge.ts";
import type { Link } from "#lib/constructs/link.ts";
import { ScheduledMessage } from "#lib/constructs/scheduled-message.ts";
import { TributaryFunction } from "#lib/constructs/tributary-function.ts";
import { WorkQueue } from "#lib/constructs/work-queue.ts";
import type { Stage } from "#lib/stages/stage.ts";
import type { LakeStack } from "./lake-stack.ts";
import type { SegmentsStack } from "./segments-stack.ts";
import { StageStack } from "./stage-stack.ts";
import type { StoresStack } from "./stores-stack.ts";

export interface ComputedStackProps {
  readonly stage: Stage;
  readonly alarms: ITopic;
  readonly lake: LakeStack;
  readonly stores: StoresStack;
  readonly segments: SegmentsStack;
}

const TIMEOUT = Duration.minutes(15);

/** What events make of people, kept up to date by schedule: the schedule, the queue, and the function that empties it. */
export class ComputedStack extends StageStack {
  private readonly refreshes: WorkQueue;

  constructor(scope: Construct, props: ComputedStackProps) {
    super(scope, "computed", props.stage, "what events make of people, by schedule");
    const { alarms } = props;
    this.refreshes = new WorkQueue(this, "Refreshes", {
      timeout: TIMEOUT,
      tries: 5,
      patience: Duration.hours(2),
      alarms,
    });
    this.addFunction(props);
    this.addSchedule(props.stage);
  }

  get toRefresh(): Link {
    return this.refreshes.toSend;
  }

  private addFunction({ stage, alarms, lake, stores, segments }: ComputedStackProps): void {
    const compute = new TributaryFunction(this, "Compute", {
      name: "compute",
      stage,
      alarms,
      memoryMegabytes: 1_024,
      timeout: TIMEOUT,
      goesOnByItself: true,
      settings: {
        DEFINITIONS_TABLE: stores.definitions.to("GetItem", "PutItem", "Query"),
        COMPUTED_TABLE: stores.computed.to("BatchGetItem", "DeleteItem", "PutItem"),
        WORKGROUP: segments.toAsk("engine"),
        LAKE_DATABASE: lake.toRead,
        COMPUTE_QUEUE_URL: this.refreshes.toSend,
        COMPUTED_CHANGES_STREAM: lake.toAppend("computed_changes"),
      },
    });
    // Of two at a time one takes over from the other, which stops: two is the least that a queue's source may be told.
    compute.addEventSource(
      new SqsEventSource(this.refreshes.queue, { batchSize: 1, maxConcurrency: 2, reportBatchItemFailures: true }),
    );
    acknowledgeQueueSource(compute);
  }

  /** Asks for a refresh, again and again. It may come twice: the second finds nothing to do. */
  private addSchedule(stage: Stage): void {
    new ScheduledMessage(this, "Schedule", {
      description: `Tributary (${stage.name}): refresh computed traits`,
      every: { amount: stage.computedMinutes, unit: "minute" },
      to: this.refreshes,
      message: { v: 1, full: false } satisfies ComputeMessage,
    });
  }
}
