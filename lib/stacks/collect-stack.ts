import { CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { acknowledge } from "#lib/constructs/acknowledge.ts";
import { addAlarm, FIVE_MINUTES } from "#lib/constructs/alarm.ts";
import { plain } from "#lib/constructs/link.ts";
import { TributaryFunction } from "#lib/constructs/tributary-function.ts";
import type { Stage } from "#lib/stages/stage.ts";
import type { LakeStack } from "./lake-stack.ts";
import { identityRules, type ProfilesStack } from "./profiles-stack.ts";
import { StageStack } from "./stage-stack.ts";
import type { StoresStack } from "./stores-stack.ts";

export interface CollectStackProps {
  readonly stage: Stage;
  readonly alarms: ITopic;
  readonly lake: LakeStack;
  readonly stores: StoresStack;
  readonly profiles: ProfilesStack;
}

/** The front door: the HTTP API, and the function that takes events in. The management API adds its own routes. */
export class CollectStack extends StageStack {
  readonly http: HttpApi;

  constructor(scope: Construct, props: CollectStackProps) {
    super(scope, "collect", props.stage, "the HTTP API, and events coming in");
    this.http = new HttpApi(this, "Http", {
      apiName: `tributary-${props.stage.name}`,
      createDefaultStage: false,
    });
    const door = this.addDoor(props.stage);
    this.addCollect(props);
    addAlarm(this, "ServerErrors", {
      metric: this.http.metricServerError({ period: FIVE_MINUTES, statistic: "sum" }),
      above: 0,
      periods: 2,
      means: "The API answers 5xx: clients keep what they could not send and try again, the patient ones only.",
      tells: props.alarms,
    });
    new CfnOutput(this, "Url", { value: door.url, description: "Where SDKs send to, and where /api is" });
  }

  private addCollect({ stage, alarms, lake, stores, profiles }: CollectStackProps): void {
    const collect = new TributaryFunction(this, "Collect", {
      name: "collect",
      stage,
      alarms,
      memoryMegabytes: 512,
      timeout: Duration.seconds(20),
      concurrency: stage.collectConcurrency,
      settings: {
        SOURCES_TABLE: stores.sources.to("GetItem"),
        DEFINITIONS_TABLE: stores.definitions.to("GetItem"),
        RATES_TABLE: stores.rates.to("UpdateItem"),
        RESOLVE_QUEUE_URL: profiles.toResolve,
        EVENTS_LOG_STREAM: lake.toAppend("events_log"),
        BAD_EVENTS_STREAM: lake.toAppend("bad_events"),
        ...(stage.collectionDomain === undefined
          ? {}
          : { COLLECTION_DOMAIN: plain(stage.collectionDomain.domainName) }),
        ...identityRules(stage),
      },
    });
    const integration = new HttpLambdaIntegration("Collect", collect);
    // `/api/s/…` is where Jitsu's clients send; every other path under /api is the management API's.
    const keys = [HttpRouteKey.DEFAULT, HttpRouteKey.with("/api/s/{proxy+}", HttpMethod.ANY)];
    for (const [at, routeKey] of keys.entries()) {
      const route = new HttpRoute(this, at === 0 ? "Anything" : "Jitsu", {
        httpApi: this.http,
        routeKey,
        integration,
        authorizer: new HttpNoneAuthorizer(),
      });
      acknowledge(
        route,
        "Browsers and shops send with a write key, which may stand in the body: the function looks it up.",
        "AwsSolutions-APIG4",
      );
    }
  }

  private addDoor(stage: Stage): HttpStage {
    const logGroup = new LogGroup(this, "AccessLogs", {
      retention: stage.logDays,
      removalPolicy: stage.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    return new HttpStage(this, "Door", {
      httpApi: this.http,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: stage.requestsPerSecond, burstLimit: stage.requestBurst },
      accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: ACCESS_LOG },
    });
  }
}

/** What is logged of a request. No address, no path, no agent: those say who it was. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: "$context.requestId",
    time: "$context.requestTimeEpoch",
    route: "$context.routeKey",
    status: "$context.status",
    error: "$context.error.responseType",
    integrationError: "$context.integrationErrorMessage",
    latency: "$context.responseLatency",
    functionLatency: "$context.integrationLatency",
    bytes: "$context.responseLength",
  }),
);
