import { Duration } from "aws-cdk-lib";
import { StartingPosition } from "aws-cdk-lib/aws-lambda";
import { DynamoEventSource, SqsDlq, SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { identityRulesProblem } from "#contracts/identity-rules-check.ts";
import { acknowledgeQueueSource } from "#lib/constructs/acknowledge.ts";
import { addAlarm, FIVE_MINUTES } from "#lib/constructs/alarm.ts";
import { type Link, plain } from "#lib/constructs/link.ts";
import { TributaryFunction } from "#lib/constructs/tributary-function.ts";
import { SetAsideQueue, WorkQueue } from "#lib/constructs/work-queue.ts";
import type { Stage } from "#lib/stages/stage.ts";
import type { LakeStack } from "./lake-stack.ts";
import { StageStack } from "./stage-stack.ts";
import type { StoresStack } from "./stores-stack.ts";

export interface ProfilesStackProps {
  readonly stage: Stage;
  readonly alarms: ITopic;
  readonly lake: LakeStack;
  readonly stores: StoresStack;
}

const RESOLVE_TIMEOUT = Duration.seconds(60);

/** From accepted events to profiles (`resolve`), and from changed profiles to the lake (`project`). */
export class ProfilesStack extends StageStack {
  private readonly work: WorkQueue;

  constructor(scope: Construct, props: ProfilesStackProps) {
    super(scope, "profiles", props.stage, "events become profiles, changes of profiles become rows of the lake");
    this.work = new WorkQueue(this, "Resolving", {
      timeout: RESOLVE_TIMEOUT,
      tries: 10,
      patience: Duration.minutes(15),
      alarms: props.alarms,
    });
    this.addResolve(props);
    this.addProject(props);
  }

  get toResolve(): Link {
    return this.work.toSend;
  }

  private addResolve({ stage, alarms, stores }: ProfilesStackProps): void {
    const resolve = new TributaryFunction(this, "Resolve", {
      name: "resolve",
      stage,
      alarms,
      memoryMegabytes: 1_024,
      timeout: RESOLVE_TIMEOUT,
      settings: {
        PROFILES_TABLE: stores.profiles.to("BatchGetItem", "PutItem"),
        ...identityRules(stage),
      },
    });
    // A second of gathering lets one read and one write serve several events of the same person.
    const source = new SqsEventSource(this.work.queue, {
      batchSize: 20,
      maxBatchingWindow: Duration.seconds(1),
      maxConcurrency: stage.resolveConcurrency,
      reportBatchItemFailures: true,
    });
    resolve.addEventSource(source);
    acknowledgeQueueSource(resolve);
  }

  private addProject({ stage, alarms, lake, stores }: ProfilesStackProps): void {
    const project = new TributaryFunction(this, "Project", {
      name: "project",
      stage,
      alarms,
      memoryMegabytes: 512,
      timeout: Duration.seconds(60),
      settings: {
        IDENTITY_CHANGES_STREAM: lake.toAppend("identity_changes"),
        PROFILE_CHANGES_STREAM: lake.toAppend("profile_changes"),
        CONSENT_CHANGES_STREAM: lake.toAppend("consent_changes"),
        LINK_CHANGES_STREAM: lake.toAppend("link_changes"),
        ...identityRules(stage),
        ...identityRulesBefore(stage),
      },
    });
    const setAside = new SetAsideQueue(this, "Unprojected", { alarms });
    project.addEventSource(
      new DynamoEventSource(stores.profiles, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize: 500,
        maxBatchingWindow: Duration.seconds(5),
        bisectBatchOnError: true,
        reportBatchItemFailures: true,
        // About an hour with the waits between: an outage of Firehose is sat out, a poisoned change is set aside.
        retryAttempts: 40,
        onFailure: new SqsDlq(setAside.queue),
      }),
    );
    addAlarm(this, "ProjectBehind", {
      metric: project.metric("IteratorAge", { period: FIVE_MINUTES, statistic: "max" }),
      above: Duration.minutes(15).toMilliseconds(),
      means: "The lake's picture of profiles is more than 15 minutes behind; changes are lost after 24 hours.",
      tells: alarms,
    });
  }
}

/** The owner's rules of identity, where there are any: every function that reads profiles must read them alike. */
export const identityRules = ({ identityRules: rules }: Stage): { readonly IDENTITY_RULES?: Link } =>
  rules === undefined ? {} : { IDENTITY_RULES: checked("identityRules", rules) };

/** Those that held before, for the functions that see to it that the lake is told of the change. */
export const identityRulesBefore = ({
  identityRulesBefore: rules,
}: Stage): { readonly IDENTITY_RULES_BEFORE?: Link } =>
  rules === undefined ? {} : { IDENTITY_RULES_BEFORE: checked("identityRulesBefore", rules) };

/** Refused here, because a function that is given rules which it cannot read does not start. */
function checked(setting: string, rules: string): Link {
  const problem = identityRulesProblem(rules);
  if (problem !== undefined) throw new Error(`${setting} of the stage: ${problem}; it got ${rules}`);
  return plain(rules);
}
