import { CfnOutput, Duration } from "aws-cdk-lib";
import { HttpApi, HttpMethod, HttpRoute, HttpRouteKey } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpUserPoolAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { UserPoolClient } from "aws-cdk-lib/aws-cognito";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { TributaryFunction } from "#lib/constructs/tributary-function.ts";
import type { Stage } from "#lib/stages/stage.ts";
import type { CampaignsStack } from "./campaigns-stack.ts";
import type { CollectStack } from "./collect-stack.ts";
import type { ComputedStack } from "./computed-stack.ts";
import type { LakeStack } from "./lake-stack.ts";
import { identityRules, identityRulesBefore, type ProfilesStack } from "./profiles-stack.ts";
import type { ReactStack } from "./react-stack.ts";
import type { SegmentsStack } from "./segments-stack.ts";
import type { SnapshotsStack } from "./snapshots-stack.ts";
import { StageStack } from "./stage-stack.ts";
import type { StoresStack } from "./stores-stack.ts";

export interface ApiStackProps {
  readonly stage: Stage;
  readonly alarms: ITopic;
  readonly lake: LakeStack;
  readonly stores: StoresStack;
  readonly profiles: ProfilesStack;
  readonly react: ReactStack;
  readonly segments: SegmentsStack;
  readonly snapshots: SnapshotsStack;
  readonly computed: ComputedStack;
  readonly campaigns: CampaignsStack;
  readonly collect: CollectStack;
}

/** What people and their programs manage Tributary through: every route under /api, for signed-in users only. */
export class ApiStack extends StageStack {
  constructor(scope: Construct, props: ApiStackProps) {
    super(scope, "api", props.stage, "the management API");
    const client = new UserPoolClient(this, "Client", {
      userPool: props.stores.users,
      authFlows: { userSrp: true, adminUserPassword: true },
      preventUserExistenceErrors: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
    });
    const api = this.addApi(props);
    const integration = new HttpLambdaIntegration("Api", api);
    const authorizer = new HttpUserPoolAuthorizer("Users", props.stores.users, { userPoolClients: [client] });
    // By its id, so that the authorizer is made here and the front door does not come to depend on this stack.
    const http = HttpApi.fromHttpApiAttributes(this, "Http", { httpApiId: props.collect.http.apiId });
    // No OPTIONS: a browser's preflight carries no token, so the front door's function answers it like all others.
    for (const method of [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE])
      new HttpRoute(this, `Route-${method}`, {
        httpApi: http,
        routeKey: HttpRouteKey.with("/api/{proxy+}", method),
        integration,
        authorizer,
      });
    new CfnOutput(this, "UserPoolClient", { value: client.userPoolClientId });
  }

  private addApi(props: ApiStackProps): TributaryFunction<"api"> {
    const { stage, alarms, lake, stores, profiles, react, segments, snapshots, computed, campaigns } = props;
    return new TributaryFunction(this, "Api", {
      name: "api",
      stage,
      alarms,
      memoryMegabytes: 1_024,
      // The HTTP API stops waiting after 30 seconds.
      timeout: Duration.seconds(29),
      settings: {
        // Rules are tried on all that is stored, and brought in by writing it again.
        PROFILES_TABLE: stores.profiles.to("BatchGetItem", "DescribeTable", "PutItem", "Scan"),
        MEMBERSHIPS_TABLE: stores.memberships.to("BatchGetItem"),
        DEFINITIONS_TABLE: stores.definitions.to("DeleteItem", "GetItem", "PutItem", "Query"),
        // Written in one transaction with its definition.
        SOURCES_TABLE: stores.sources.to("DeleteItem", "PutItem"),
        RESOLVE_QUEUE_URL: profiles.toResolve,
        // What was refused may be let in after all.
        EVENTS_LOG_STREAM: lake.toAppend("events_log"),
        BAD_EVENTS_STREAM: lake.toAppend("bad_events"),
        WORKGROUP: segments.toAsk("analysts"),
        LAKE_DATABASE: lake.toRead,
        COMPUTED_TABLE: stores.computed.to("BatchGetItem"),
        COMPUTE_QUEUE_URL: computed.toRefresh,
        CAMPAIGN_QUEUE_URL: campaigns.toRun,
        SNAPSHOT_QUEUE_URL: snapshots.toRun,
        LIST_MEMBERS_STREAM: lake.toAppend("list_members"),
        LIST_KEYS_TABLE: stores.listKeys.to("PutItem"),
        REACT_QUEUE_URL: react.toLook,
        ...identityRules(stage),
        ...identityRulesBefore(stage),
      },
    });
  }
}
