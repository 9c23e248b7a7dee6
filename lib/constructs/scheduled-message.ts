import { Stack } from "aws-cdk-lib";
import { PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import { Construct } from "constructs";
import { allow } from "./tributary-function.ts";
import type { WorkQueue } from "./work-queue.ts";

export interface ScheduledMessageProps {
  /** What it asks for, as the console shows it. */
  readonly description: string;
  /** How often, as `30 minutes`; the unit alone is in the singular. */
  readonly every: { readonly amount: number; readonly unit: "minute" | "hour" };
  readonly to: WorkQueue;
  /** What is put into the queue each time. A schedule may ring twice: doing it again must be without harm. */
  readonly message: object;
}

/** What stands in a message for the time it was scheduled for, the same however often it is delivered. */
export const SCHEDULED_TIME = "<aws.scheduler.scheduled-time>";

/** Puts a message into a queue of work, again and again. */
export class ScheduledMessage extends Construct {
  constructor(scope: Construct, id: string, { description, every, to: { queue }, message }: ScheduledMessageProps) {
    super(scope, id);
    const caller = new Role(this, "Caller", {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
      inlinePolicies: {
        ask: new PolicyDocument({ statements: [allow(["sqs:SendMessage"], [queue.queueArn])] }),
      },
    });
    new CfnSchedule(this, "Schedule", {
      description,
      scheduleExpression: `rate(${every.amount} ${every.unit}${every.amount === 1 ? "" : "s"})`,
      flexibleTimeWindow: { mode: "OFF" },
      target: { arn: queue.queueArn, roleArn: caller.roleArn, input: JSON.stringify(message) },
    });
  }
}
