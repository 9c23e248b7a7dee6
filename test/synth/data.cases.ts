import { describe, expect, it } from "vitest";
import { ofType, PRODUCTION, production, test } from "./synthesise.ts";

/** What would be missed if it were gone. Glue's entries and streams can be made again from the templates. */
const STATEFUL = ["AWS::S3::Bucket", "AWS::DynamoDB::GlobalTable", "AWS::Cognito::UserPool"];
const MADE_AGAIN = ["segments/Results/Resource", "collection-domain/Script/Files/Resource"];
const stateful = (of: typeof test) =>
  of.resources.filter(({ Type, path }) => STATEFUL.includes(Type) && !MADE_AGAIN.includes(path));

describe("what keeps data", () => {
  it("stands in stacks of its own, apart from functions, queues and the API", () => {
    expect(new Set(stateful(production).map(({ stack }) => stack))).toEqual(new Set(["lake", "stores"]));
    const working = ["AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::ApiGatewayV2::Api"];
    const beside = production.resources.filter(
      ({ Type, stack }) => working.includes(Type) && ["lake", "stores"].includes(stack),
    );
    expect(beside).toEqual([]);
  });

  it("is retained, protected and restorable in production", () => {
    expect(stateful(production).length).toBeGreaterThanOrEqual(7);
    for (const resource of stateful(production))
      expect(resource, resource.path).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
    for (const { Properties, path } of ofType(production, "AWS::DynamoDB::GlobalTable"))
      expect(Properties.Replicas, path).toMatchObject([
        {
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      ]);
    expect(ofType(production, "AWS::Cognito::UserPool")[0]?.Properties.DeletionProtection).toBe("ACTIVE");
    for (const stack of production.stacks) expect(stack.terminationProtection, stack.stackName).toBe(true);
  });

  it("goes with its stack in the test stage", () => {
    for (const resource of stateful(test)) expect(resource.DeletionPolicy, resource.path).toBe("Delete");
  });

  it("is encrypted at rest, closed to the public and reached over TLS only", () => {
    for (const { Properties, path } of ofType(production, "AWS::S3::Bucket")) {
      expect(Properties.BucketEncryption, path).toBeDefined();
      expect(Object.values(Properties.PublicAccessBlockConfiguration), path).toEqual([true, true, true, true]);
    }
    for (const { Properties, path } of ofType(production, "AWS::SQS::Queue"))
      expect(Properties.SqsManagedSseEnabled, path).toBe(true);
    for (const { Properties, path } of ofType(production, "AWS::KinesisFirehose::DeliveryStream"))
      expect(Properties.DeliveryStreamEncryptionConfigurationInput, path).toEqual({ KeyType: "AWS_OWNED_CMK" });
    for (const { Properties, path } of ofType(production, "AWS::Athena::WorkGroup"))
      expect(Properties.WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration, path).toBeDefined();
    const denials = [...ofType(production, "AWS::S3::BucketPolicy"), ...ofType(production, "AWS::SQS::QueuePolicy")];
    const guarded = ofType(production, "AWS::S3::Bucket").length + ofType(production, "AWS::SQS::Queue").length;
    expect(denials.filter(({ Properties }) => JSON.stringify(Properties).includes("aws:SecureTransport")).length).toBe(
      guarded,
    );
  });

  it("keeps logs for as long as the stage says, and no longer", () => {
    const groups = ofType(production, "AWS::Logs::LogGroup");
    expect(groups.length).toBeGreaterThan(10);
    for (const { Properties, path } of groups) expect(Properties.RetentionInDays, path).toBe(PRODUCTION.logDays);
  });
});
