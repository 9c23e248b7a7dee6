import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Accepts findings of the checks on a construct and what it holds. The reason is for the person who audits us. */
export function acknowledge(scope: IConstruct, reason: string, ...findings: readonly string[]): void {
  Validations.of(scope).acknowledge(...findings.map((id) => ({ id, reason })));
}

/** Accepts permissions on `*` or on part of a name, each by its very text, so that the next one is found again. */
export function acknowledgeStars(scope: IConstruct, reason: string, ...resources: readonly string[]): void {
  acknowledge(scope, reason, ...resources.map((resource) => `AwsSolutions-IAM5[Resource::${resource}]`));
}

/** Accepts that a function's source is a queue: SQS keeps what failed by the queue's own redrive policy. */
export function acknowledgeQueueSource(fn: IConstruct): void {
  acknowledge(
    fn,
    "A queue's failed messages go where its redrive policy says; Lambda knows no other destination for them.",
    "Serverless-LambdaEventSourceMappingDestination",
  );
}
