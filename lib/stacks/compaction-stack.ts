import { CfnOutput, Duration } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { SETTLED_IN_S3, type SettleMessage } from "#contracts/lake-settling.ts";
import { acknowledgeQueueSource } from "#lib/constructs/acknowledge.ts";
import { ScheduledMessage } from "#lib/constructs/scheduled-message.ts";
import { TributaryFunction } from "#lib/constructs/tributary-function.ts";
import { WorkQueue } from "#lib/constructs/work-queue.ts";
import type { Stage } from "#lib/stages/stage.ts";
import type { LakeStack } from "./lake-stack.ts";
import type { SegmentsStack } from "./segments-stack.ts";
import { StageStack } from "./stage-stack.ts";

export interface CompactionStackProps {
  readonly stage: Stage;
  readonly alarms: ITopic;
  readonly lake: LakeStack;
  readonly segments: SegmentsStack;
}

const TIMEOUT = Duration.minutes(15);

/** What ripened in the lake is settled, by schedule: few large files, in which what counts is told from what does not. */
export class CompactionStack extends StageStack {
  private readonly runs: WorkQueue;

  constructor(scope: Construct, props: CompactionStackProps) {
    super(scope, "compaction", props.stage, "the lake's tables are settled, by schedule");
    const { alarms, stage } = props;
    this.runs = new WorkQueue(this, "Runs", { timeout: TIMEOUT, tries: 3, patience: Duration.hours(6), alarms });
    this.addFunction(props);
    this.addSchedule(stage);
    this.addRedrive(props);
  }

  /** Called by a person: `docs/operations.md` says when. */
  private addRedrive({ stage, alarms, lake }: CompactionStackProps): void {
    const redrive = new TributaryFunction(this, "Redrive", {
      name: "redrive",
      stage,
      alarms,
      // A file of errors is up to 128 MB of rows, in base64.
      memoryMegabytes: 2_048,
      timeout: TIMEOUT,
      settings: { LAKE_BUCKET: lake.toRedrive, STREAMS: lake.toAppendAny },
    });
    new CfnOutput(this, "RedriveFunction", { value: redrive.functionName });
  }

  private addFunction({ stage, alarms, lake, segments }: CompactionStackProps): void {
    const compact = new TributaryFunction(this, "Compact", {
      name: "compact",
      stage,
      alarms,
      memoryMegabytes: 512,
      timeout: TIMEOUT,
      settings: {
        LAKE_BUCKET: lake.toCompact,
        LAKE_DATABASE: lake.toRead,
        WORKGROUP: segments.toAsk("engine"),
      },
    });
    // Two at once do no harm, and no good: the second finds that the first took the run.
    compact.addEventSource(
      new SqsEventSource(this.runs.queue, { batchSize: 1, maxConcurrency: 2, reportBatchItemFailures: true }),
    );
    acknowledgeQueueSource(compact);
  }

  /** Each table by itself: one that cannot be settled keeps none of the others waiting. */
  private addSchedule(stage: Stage): void {
    for (const table of SETTLED_IN_S3) {
      new ScheduledMessage(this, `Schedule-${table}`, {
        description: `Tributary (${stage.name}): settle ${table}`,
        every: { amount: stage.compactHours, unit: "hour" },
        to: this.runs,
        message: { v: 1, table } satisfies SettleMessage,
      });
    }
  }
}
