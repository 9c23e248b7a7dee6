import { Duration } from "aws-cdk-lib";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Queue, QueueEncryption, RedrivePermission } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { addAlarm, FIVE_MINUTES } from "./alarm.ts";
import type { Link } from "./link.ts";

export interface WorkQueueProps {
  /** How long the function that empties the queue may take over a batch. */
  readonly timeout: Duration;
  /** How many times a message is tried before it is set aside. */
  readonly tries: number;
  /** How old the oldest message may grow before somebody is told. */
  readonly patience: Duration;
  readonly alarms: ITopic;
}

/** A queue of work, with the queue where what could not be done is set aside for a person to look at. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly setAside: SetAsideQueue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.setAside = new SetAsideQueue(this, "SetAside", { alarms: props.alarms });
    this.queue = new Queue(this, "Queue", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // AWS asks for six times the function's timeout, so that throttled polls do not use up the tries.
      visibilityTimeout: Duration.seconds(6 * props.timeout.toSeconds()),
      deadLetterQueue: { queue: this.setAside.queue, maxReceiveCount: props.tries },
    });
    addAlarm(this, "Waiting", {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES }),
      above: props.patience.toSeconds(),
      means: `Work in ${this.node.path} waits for more than ${props.patience.toHumanString()}.`,
      tells: props.alarms,
    });
  }

  /** Permission to put work in, with the queue's URL. */
  get toSend(): Link {
    return { value: this.queue.queueUrl, grantTo: (fn) => this.queue.grant(fn, "sqs:SendMessage") };
  }
}

/** Where failed work waits for a person, for two weeks. Anything in it rings. */
export class SetAsideQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: { readonly alarms: ITopic }) {
    super(scope, id);
    this.queue = new Queue(this, "Queue", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      redriveAllowPolicy: { redrivePermission: RedrivePermission.ALLOW_ALL },
    });
    acknowledge(
      this,
      "This is where failed work ends: a queue behind it would only hide it.",
      "AwsSolutions-SQS3",
      "Serverless-SQSRedrivePolicy",
    );
    addAlarm(this, "NotEmpty", {
      metric: this.queue.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES, statistic: "max" }),
      above: 0,
      means: `${this.node.path} is not empty: work failed for good and waits to be looked at.`,
      tells: props.alarms,
    });
  }
}
