import { Duration } from "aws-cdk-lib";
import { StartingPosition } from "aws-cdk-lib/aws-lambda";
import { DynamoEventSource, SqsDlq, SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { LookMessage } from "#contracts/bus.ts";
import { MEMBERSHIPS_TABLE } from "#contracts/tables.ts";
import { acknowledgeQueueSource } from "#lib/constructs/acknowledge.ts";
import { addAlarm, FIVE_MINUTES } from "#lib/constructs/alarm.ts";
import type { Link } from "#lib/constructs/link.ts";
import { ScheduledMessage } from "#lib/constructs/scheduled-message.ts";
import type { StoreTable } from "#lib/constructs/store-table.ts";
import { TributaryFunction } from "#lib/constructs/tributary-function.ts";
import { SetAsideQueue, WorkQueue } from "#lib/constructs/work-queue.ts";
import type { Stage } from "#lib/stages/stage.ts";
import type { LakeStack } from "./lake-stack.ts";
import { identityRules } from "./profiles-stack.ts";
import { StageStack } from "./stage-stack.ts";
import type { StoresStack } from "./stores-stack.ts";

export interface ReactStackProps {
  readonly stage: Stage;
  readonly alarms: ITopic;
  readonly lake: LakeStack;
  readonly stores: StoresStack;
}

/** `REACT_TIMEOUT_MS` of the function goes by this. */
const TIMEOUT = Duration.minutes(1);

/** Who is in which segment, kept up to date as profiles change, as time goes by, and when definitions change. */
export class ReactStack extends StageStack {
  private readonly looks: WorkQueue;

  constructor(scope: Construct, props: ReactStackProps) {
    super(scope, "react", props.stage, "who is in which segment, as profiles change");
    const { alarms } = props;
    // A minute's message is as good as the last one's: what it did not reach is reached by the next.
    this.looks = new WorkQueue(this, "Ticks", { timeout: TIMEOUT, tries: 5, patience: Duration.minutes(30), alarms });
    const react = this.addFunction(props);
    this.addStreams(react, props);
    this.addSchedule(react, props);
  }

  /** For whoever imports a list. */
  get toLook(): Link {
    return this.looks.toSend;
  }

  private addFunction({ stage, alarms, lake, stores }: ReactStackProps): TributaryFunction<"react"> {
    return new TributaryFunction(this, "React", {
      name: "react",
      stage,
      alarms,
      memoryMegabytes: 1_024,
      timeout: TIMEOUT,
      settings: {
        PROFILES_TABLE: stores.profiles.to("BatchGetItem", "ConditionCheckItem", "DescribeTable", "Scan"),
        MEMBERSHIPS_TABLE: stores.memberships.toWithIndex(MEMBERSHIPS_TABLE.dueIndex, "BatchGetItem", "PutItem"),
        DEFINITIONS_TABLE: stores.definitions.to("GetItem", "PutItem", "Query"),
        COMPUTED_TABLE: stores.computed.to("BatchGetItem"),
        // What a list was is taken away once everybody was looked at by what it is.
        LIST_KEYS_TABLE: stores.listKeys.to("BatchGetItem", "DeleteItem", "Query"),
        SEGMENT_CHANGES_STREAM: lake.toAppend("segment_changes"),
        ...identityRules(stage),
      },
    });
  }

  /** What profiles and computed traits changed, and what that changed in turn. */
  private addStreams(react: TributaryFunction<"react">, { alarms, stores }: ReactStackProps): void {
    const setAside = new SetAsideQueue(this, "Unreacted", { alarms });
    const source = (table: StoreTable, wait: Duration): DynamoEventSource =>
      new DynamoEventSource(table, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 100,
        maxBatchingWindow: wait,
        bisectBatchOnError: true,
        reportBatchItemFailures: true,
        // About an hour with the waits between: an outage is sat out, a poisoned change is set aside.
        retryAttempts: 40,
        onFailure: new SqsDlq(setAside.queue),
      });
    react.addEventSource(source(stores.profiles, Duration.seconds(0)));
    react.addEventSource(source(stores.memberships, Duration.seconds(5)));
    // A refresh writes many within seconds.
    react.addEventSource(source(stores.computed, Duration.seconds(5)));
    addAlarm(this, "ReactBehind", {
      metric: react.metric("IteratorAge", { period: FIVE_MINUTES, statistic: "max" }),
      above: Duration.minutes(15).toMilliseconds(),
      means: "Segments are more than 15 minutes behind; changes are lost after 24 hours.",
      tells: alarms,
    });
  }

  /** Each minute: whose time has come, whom a list brought or lost, and everybody after a definition changed. */
  private addSchedule(react: TributaryFunction<"react">, { stage }: ReactStackProps): void {
    react.addEventSource(
      new SqsEventSource(this.looks.queue, { batchSize: 10, maxConcurrency: 2, reportBatchItemFailures: true }),
    );
    acknowledgeQueueSource(react);
    new ScheduledMessage(this, "Schedule", {
      description: `Tributary (${stage.name}): segments that time changes`,
      every: { amount: 1, unit: "minute" },
      to: this.looks,
      message: { v: 1 } satisfies LookMessage,
    });
  }
}
