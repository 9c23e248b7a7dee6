import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import { acknowledge } from "#lib/constructs/acknowledge.ts";
import type { Stage } from "#lib/stages/stage.ts";
import { StageStack } from "./stage-stack.ts";

/** Who is told when something rings. */
export class WatchStack extends StageStack {
  readonly alarms: Topic;

  constructor(scope: Construct, stage: Stage) {
    super(scope, "watch", stage, "who is told of alarms");
    this.alarms = new Topic(this, "Alarms", { enforceSSL: true, displayName: `Tributary ${stage.name}` });
    if (stage.alarmEmail === undefined) return;
    this.alarms.addSubscription(new EmailSubscription(stage.alarmEmail));
    acknowledge(
      this,
      "An e-mail cannot be redriven: the alarm's state stays visible in CloudWatch whether or not it arrives.",
      "Serverless-SNSRedrivePolicy",
    );
  }
}
