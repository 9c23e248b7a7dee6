import { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { ConfigurationSet, ConfigurationSetTlsPolicy } from "aws-cdk-lib/aws-ses";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { acknowledgeQueueSource } from "#lib/constructs/acknowledge.ts";
import { addAlarm, FIVE_MINUTES } from "#lib/constructs/alarm.ts";
import type { Link } from "#lib/constructs/link.ts";
import { PushChannel } from "#lib/constructs/push-channel.ts";
import { allow, TributaryFunction } from "#lib/constructs/tributary-function.ts";
import { WorkQueue } from "#lib/constructs/work-queue.ts";
import type { Stage } from "#lib/stages/stage.ts";
import type { LakeStack } from "./lake-stack.ts";
import { identityRules } from "./profiles-stack.ts";
import type { SegmentsStack } from "./segments-stack.ts";
import { StageStack } from "./stage-stack.ts";
import type { StoresStack } from "./stores-stack.ts";

export interface CampaignsStackProps {
  readonly stage: Stage;
  readonly alarms: ITopic;
  readonly lake: LakeStack;
  readonly stores: StoresStack;
  readonly segments: SegmentsStack;
}

const RUN_TIMEOUT = Duration.minutes(15);
const SEND_TIMEOUT = Duration.seconds(60);

/** Who is written to (`run-campaign`), and the writing (`send`). */
export class CampaignsStack extends StageStack {
  private readonly runs: WorkQueue;
  private readonly outgoing: WorkQueue;

  constructor(scope: Construct, props: CampaignsStackProps) {
    super(scope, "campaigns", props.stage, "campaigns run, messages go out");
    const { alarms } = props;
    this.runs = new WorkQueue(this, "Runs", { timeout: RUN_TIMEOUT, tries: 5, patience: Duration.hours(1), alarms });
    this.outgoing = new WorkQueue(this, "Outgoing", {
      timeout: SEND_TIMEOUT,
      tries: 5,
      patience: Duration.hours(1),
      alarms,
    });
    this.addRunCampaign(props);
    this.addSend(props);
    this.addScheduling(props.stage);
  }

  get toRun(): Link {
    return this.runs.toSend;
  }

  private addRunCampaign({ stage, alarms, lake, stores, segments }: CampaignsStackProps): void {
    const run = new TributaryFunction(this, "RunCampaign", {
      name: "run_campaign",
      stage,
      alarms,
      memoryMegabytes: 1_024,
      timeout: RUN_TIMEOUT,
      goesOnByItself: true,
      settings: {
        PROFILES_TABLE: stores.profiles.to("BatchGetItem"),
        DEFINITIONS_TABLE: stores.definitions.to("GetItem", "Query"),
        WORKGROUP: segments.toAsk("engine"),
        LAKE_DATABASE: lake.toRead,
        MESSAGES_TABLE: stores.messages.to("BatchGetItem", "PutItem"),
        SEND_QUEUE_URL: this.outgoing.toSend,
        CAMPAIGN_QUEUE_URL: this.runs.toSend,
        MESSAGE_EVENTS_STREAM: lake.toAppend("message_events"),
        ...identityRules(stage),
      },
    });
    // One run at a time for each call: a run is long, and is taken up again where it stopped.
    run.addEventSource(
      new SqsEventSource(this.runs.queue, { batchSize: 1, maxConcurrency: 2, reportBatchItemFailures: true }),
    );
    acknowledgeQueueSource(run);
  }

  private addSend({ stage, alarms, lake, stores }: CampaignsStackProps): void {
    const push = stage.pushes ? new PushChannel(this, "Push", `tributary-${stage.name}`) : undefined;
    const send = new TributaryFunction(this, "Send", {
      name: "send",
      stage,
      alarms,
      memoryMegabytes: 512,
      timeout: SEND_TIMEOUT,
      settings: {
        MESSAGES_TABLE: stores.messages.to("UpdateItem"),
        MESSAGE_EVENTS_STREAM: lake.toAppend("message_events"),
        SENDER_ADDRESS: this.sendersAddress(stage.sender),
        CONFIGURATION_SET: this.addConfigurationSet(stage),
        ...(push === undefined ? {} : { PUSH_APP_ID: push.toSend }),
      },
    });
    const source = new SqsEventSource(this.outgoing.queue, {
      batchSize: 10,
      maxConcurrency: stage.sendConcurrency,
      reportBatchItemFailures: true,
    });
    send.addEventSource(source);
    acknowledgeQueueSource(send);
    // The functions count under this name for the whole account: with two stages in one, both ring.
    addAlarm(this, "Uncertain", {
      metric: new Metric({
        namespace: "Tributary",
        metricName: "UncertainMessages",
        statistic: "sum",
        period: FIVE_MINUTES,
      }),
      above: 0,
      means: "Of some messages it is not known whether they went out; they are not sent again.",
      tells: alarms,
    });
  }

  /** Permission to send as the address, whether SES knows the address itself or its whole domain. */
  private sendersAddress(sender: string): Link {
    const address = /<([^<>]+)>\s*$/.exec(sender)?.[1] ?? sender;
    const identities = [address, address.slice(address.lastIndexOf("@") + 1)].map((identity) =>
      this.formatArn({ service: "ses", resource: "identity", resourceName: identity }),
    );
    return {
      value: sender,
      grantTo: (fn) => {
        fn.addToRolePolicy(allow(["ses:SendEmail"], identities));
      },
    };
  }

  private addConfigurationSet(stage: Stage): Link {
    const set = new ConfigurationSet(this, "Mail", {
      configurationSetName: `tributary-${stage.name}`,
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE,
      reputationMetrics: true,
    });
    const arn = this.formatArn({
      service: "ses",
      resource: "configuration-set",
      resourceName: set.configurationSetName,
    });
    return {
      value: set.configurationSetName,
      grantTo: (fn) => {
        fn.addToRolePolicy(allow(["ses:SendEmail"], [arn]));
      },
    };
  }

  /** Where a campaign's schedules live, and the role with which a schedule starts a run. */
  private addScheduling(stage: Stage): void {
    new ScheduleGroup(this, "Schedules", { scheduleGroupName: `tributary-${stage.name}` });
    const starter = new Role(this, "RunStarter", {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": this.account } },
      }),
    });
    this.runs.queue.grant(starter, "sqs:SendMessage");
  }
}
