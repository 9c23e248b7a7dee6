import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { type FunctionName, SETTINGS } from "#contracts/settings.ts";
import { folderOf } from "#lib/constructs/tributary-function.ts";
import { ofType, production, type Resource, test } from "./synthesise.ts";

const names = Object.keys(SETTINGS) as FunctionName[];
const nameOf = (fn: Resource): string => String(fn.Properties.Description).replace(/^.*: /, "");
const functionOf = (name: FunctionName, of = production): Resource =>
  ofType(of, "AWS::Lambda::Function").find((fn) => nameOf(fn) === name) as Resource;

describe("functions", () => {
  it("are those that have settings, and no others", () => {
    // CDK's own copies the browser's script into its bucket, while it is deployed and never after.
    const ours = ofType(production, "AWS::Lambda::Function").filter(({ path }) => !path.includes("/Custom::CDK"));
    expect(new Set(ours.map(nameOf))).toEqual(new Set(names));
  });

  it("each have a folder, and each folder with an entry is a function", () => {
    const lambdas = new URL("../../lambdas/", import.meta.url);
    const entries = readdirSync(lambdas).filter((folder) => existsSync(new URL(`${folder}/index.ts`, lambdas)));
    expect(new Set(entries)).toEqual(new Set(names.map(folderOf)));
  });

  it.each(names)("%s is told exactly its settings, on every stage", (name) => {
    for (const stage of [production, test]) {
      const environment: Record<string, unknown> = functionOf(name, stage).Properties.Environment.Variables;
      const filled = Object.fromEntries(Object.keys(environment).map((key) => [key, "{}"]));
      expect(z.strictObject(SETTINGS[name].shape).safeParse(filled)).toMatchObject({ success: true });
    }
  });

  it.each(names)("%s runs on Node 24 and arm64, traced, with JSON logs in a group of its own", (name) => {
    expect(functionOf(name).Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "index.handler",
      TracingConfig: { Mode: "Active" },
      LoggingConfig: { LogFormat: "JSON", LogGroup: expect.anything() },
      MemorySize: expect.any(Number),
      Timeout: expect.any(Number),
    });
  });

  it("have concurrency set aside for them only where the owner says so", () => {
    const setAside = (of: typeof test) =>
      names.flatMap((name) => functionOf(name, of).Properties.ReservedConcurrentExecutions ?? []);
    expect(functionOf("collect").Properties.ReservedConcurrentExecutions).toBe(50);
    expect([setAside(production), setAside(test)]).toEqual([[50], []]);
  });

  it("are ended where they call themselves in a circle, save those that queue the rest of what takes long", () => {
    const allowed = names.filter((name) => functionOf(name).Properties.RecursiveLoop === "Allow");
    expect(allowed).toEqual(["compute", "run_campaign", "snapshot"]);
  });
});

describe("sources of work", () => {
  const mappings = ofType(production, "AWS::Lambda::EventSourceMapping");

  it("feed every function that no route calls", () => {
    const routed = ["api", "collect"];
    const calledByHand = ["redrive"];
    const fed = new Set(mappings.map(({ Properties }) => JSON.stringify(Properties.FunctionName)));
    expect(fed.size).toBe(names.length - routed.length - calledByHand.length);
  });

  it("take partial answers, so that one poisoned message does not hold its neighbours up", () => {
    for (const { Properties, path } of mappings)
      expect(Properties.FunctionResponseTypes, path).toEqual(["ReportBatchItemFailures"]);
  });

  it("cut a failing batch of the stream in two, and set aside what still fails", () => {
    const streams = mappings.filter(({ Properties }) => Properties.StartingPosition !== undefined);
    expect(streams.length).toBeGreaterThan(0);
    for (const { Properties } of streams) {
      expect(Properties).toMatchObject({
        BisectBatchOnFunctionError: true,
        DestinationConfig: { OnFailure: { Destination: expect.anything() } },
        MaximumRetryAttempts: expect.any(Number),
      });
    }
  });
});

describe("queues", () => {
  const queues = ofType(production, "AWS::SQS::Queue");
  const behind = new Set(queues.map((queue) => queue.Properties.RedrivePolicy?.deadLetterTargetArn["Fn::GetAtt"][0]));
  const mappings = ofType(production, "AWS::Lambda::EventSourceMapping");

  it("each set aside what fails, or are where it is set aside", () => {
    const failures = new Set(
      mappings.map(({ Properties }) => Properties.DestinationConfig?.OnFailure?.Destination["Fn::GetAtt"][0]),
    );
    const without = queues.filter(({ Properties }) => Properties.RedrivePolicy === undefined);
    expect(without.filter(({ id }) => !behind.has(id) && !failures.has(id))).toEqual([]);
  });

  it("ring as soon as anything is set aside", () => {
    const rung = ofType(production, "AWS::CloudWatch::Alarm")
      .filter(({ Properties }) => Properties.MetricName === "ApproximateNumberOfMessagesVisible")
      .map(({ Properties }) => Properties.Dimensions[0].Value["Fn::GetAtt"][0]);
    const setAside = queues.filter(({ Properties }) => Properties.RedrivePolicy === undefined).map(({ id }) => id);
    expect(new Set(rung)).toEqual(new Set(setAside));
  });

  it("hide a message for six times as long as its function may take", () => {
    for (const mapping of mappings) {
      const queueId = mapping.Properties.EventSourceArn["Fn::GetAtt"]?.[0];
      const queue = queues.find(({ id, stack }) => id === queueId && stack === mapping.stack);
      if (queue === undefined) continue;
      const fn = production.resources.find(({ id }) => id === mapping.Properties.FunctionName.Ref) as Resource;
      expect(queue.Properties.VisibilityTimeout, queue.path).toBe(6 * fn.Properties.Timeout);
    }
  });
});

describe("the API", () => {
  const routes = ofType(production, "AWS::ApiGatewayV2::Route");
  const open = routes.filter(({ Properties }) => Properties.AuthorizationType !== "JWT");

  it("lets events in without a sign-in, and everything else under /api for signed-in users only", () => {
    expect(open.map(({ Properties }) => Properties.RouteKey)).toEqual(["$default", "ANY /api/s/{proxy+}"]);
    expect(routes.map(({ Properties }) => Properties.RouteKey).filter((key) => key.endsWith("/api/{proxy+}"))).toEqual([
      "GET /api/{proxy+}",
      "POST /api/{proxy+}",
      "PUT /api/{proxy+}",
      "DELETE /api/{proxy+}",
    ]);
  });

  it("leaves CORS to the function, throttles, and logs no person", () => {
    expect(ofType(production, "AWS::ApiGatewayV2::Api")[0]?.Properties.CorsConfiguration).toBeUndefined();
    const [stage] = ofType(production, "AWS::ApiGatewayV2::Stage");
    expect(stage?.Properties.DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 2_000 });
    const format = JSON.parse(stage?.Properties.AccessLogSettings.Format);
    expect(Object.values(format).join()).not.toMatch(/identity|path|userAgent|authorizer/i);
  });
});

describe("alarms", () => {
  it("watch every function and every stream, and tell the topic", () => {
    const alarms = ofType(production, "AWS::CloudWatch::Alarm");
    const counted = (metric: string): number =>
      alarms.filter(({ Properties }) => Properties.MetricName === metric).length;
    const streams = ofType(production, "AWS::KinesisFirehose::DeliveryStream").length;
    expect({
      errors: counted("Errors"),
      throttles: counted("Throttles"),
      late: counted("DeliveryToS3.DataFreshness"),
      unconverted: counted("FailedConversion.Records"),
      behind: counted("IteratorAge"),
    }).toEqual({ errors: names.length, throttles: names.length, late: streams, unconverted: streams, behind: 2 });
    for (const { Properties, path } of alarms) {
      expect(Properties.AlarmActions, path).toHaveLength(1);
      expect(Properties.AlarmDescription, path).toMatch(/\.$/);
    }
  });
});
