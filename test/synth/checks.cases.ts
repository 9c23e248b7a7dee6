import { App, Stack, Validations } from "aws-cdk-lib";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";
import { production, test } from "./synthesise.ts";

describe.each([
  ["test", test],
  ["production", production],
] as const)("checks of the %s stage", (_, { app }) => {
  it.each([new AwsSolutionsChecks(), new ServerlessChecks()])(
    "find nothing that nobody answered for: $name",
    (pack) => {
      expect(pack.validateScope(app).violations).toEqual([]);
    },
  );

  it("are answered with a reason, in a sentence", () => {
    const reasons = app.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.values(data as Record<string, string>));
    expect(reasons.length).toBeGreaterThan(5);
    for (const reason of reasons) expect(reason).toMatch(/^.{40,}[.]$/);
  });
});

describe("the checks themselves", () => {
  it("do find something where there is something to find", () => {
    const open = new App();
    new Bucket(new Stack(open, "open"), "Bucket");
    expect(new AwsSolutionsChecks().validateScope(open).violations.map(({ ruleName }) => ruleName)).toContain(
      "AwsSolutions-S1",
    );
  });
});
