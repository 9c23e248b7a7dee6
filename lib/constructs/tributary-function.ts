import { fileURLToPath } from "node:url";
import type { Duration } from "aws-cdk-lib";
import { RemovalPolicy } from "aws-cdk-lib";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, LoggingFormat, RecursiveLoop, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { type BundlingOptions, NodejsFunction, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { FunctionName } from "#contracts/settings.ts";
import type { Stage } from "#lib/stages/stage.ts";
import { acknowledge, acknowledgeStars } from "./acknowledge.ts";
import { addAlarm, FIVE_MINUTES } from "./alarm.ts";
import type { Link, Links } from "./link.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface TributaryFunctionProps<Name extends FunctionName> {
  /** The function's name among the settings: `run_campaign` is the folder `lambdas/run-campaign`. */
  readonly name: Name;
  readonly settings: Links<Name>;
  readonly stage: Stage;
  readonly alarms: ITopic;
  readonly memoryMegabytes: number;
  readonly timeout: Duration;
  /** How many of it run at most, set aside from the account's; left out: as many as there is room for. */
  readonly concurrency?: number | undefined;
  /** It queues what it could not finish for itself. Lambda otherwise takes that for a runaway, and ends it. */
  readonly goesOnByItself?: boolean;
}

/**
 * A function of `lambdas/`, bundled by itself, told its settings and allowed what they need and nothing else. It is
 * always called by something that waits for its answer (the API, a queue, a stream), never asynchronously.
 */
export class TributaryFunction<Name extends FunctionName> extends NodejsFunction {
  constructor(scope: Construct, id: string, props: TributaryFunctionProps<Name>) {
    const { name, stage } = props;
    const links = Object.entries(props.settings as Readonly<Record<string, Link | undefined>>).flatMap(([key, link]) =>
      link === undefined ? [] : [[key, link] as const],
    );
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: stage.logDays,
      removalPolicy: stage.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(role);
    super(scope, id, {
      description: `Tributary (${stage.name}): ${name}`,
      entry: `${ROOT}lambdas/${folderOf(name)}/index.ts`,
      handler: "handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMegabytes,
      timeout: props.timeout,
      environment: Object.fromEntries(links.map(([key, link]) => [key, link.value])),
      // Not needed since SDK 3, and the environment is to hold exactly the settings.
      awsSdkConnectionReuse: false,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      ...inUse(props),
      projectRoot: ROOT,
      depsLockFilePath: `${ROOT}package-lock.json`,
      bundling: BUNDLING,
    });
    for (const [, link] of links) link.grantTo(this);
    acknowledge(
      this,
      "Never called asynchronously: the API answers its caller, queues and streams have their own place for what fails.",
      "Serverless-LambdaDLQ",
    );
    acknowledgeStars(role, "X-Ray has no resources to name: PutTraceSegments and PutTelemetryRecords go by *.", "*");
    this.watch(props);
  }

  private watch({ name, alarms }: TributaryFunctionProps<Name>): void {
    addAlarm(this, "Errors", {
      metric: this.metricErrors({ period: FIVE_MINUTES }),
      above: 0,
      means: `The function ${name} threw an error or ran out of time.`,
      tells: alarms,
    });
    addAlarm(this, "Throttles", {
      metric: this.metricThrottles({ period: FIVE_MINUTES }),
      above: 0,
      periods: 3,
      means: `The function ${name} is throttled: its own concurrency, or the account's, is used up.`,
      tells: alarms,
    });
  }
}

/** What few functions say of how they run. */
const inUse = ({ concurrency, goesOnByItself }: TributaryFunctionProps<FunctionName>) => ({
  ...(concurrency === undefined ? {} : { reservedConcurrentExecutions: concurrency }),
  ...(goesOnByItself ? { recursiveLoop: RecursiveLoop.ALLOW } : {}),
});

/**
 * ES modules, as small as they get. What is used of the SDK goes in, though the runtime has a copy of its own: so the
 * version that was tested is the one that runs, whatever AWS puts there later.
 */
const BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  target: "node24",
  minify: true,
  keepNames: true,
  bundleAwsSDK: true,
  mainFields: ["module", "main"],
  // Packages that are still CommonJS ask for Node's own modules by require.
  banner: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);',
};

export const folderOf = (name: FunctionName): string => name.replaceAll("_", "-");

/** A statement that allows these actions on these resources. */
export const allow = (actions: readonly string[], resources: readonly string[]): PolicyStatement =>
  new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });
