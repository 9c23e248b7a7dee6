import { readFileSync } from "node:fs";
import { App, type Stack } from "aws-cdk-lib";
import { deployStage } from "#lib/stages/deploy-stage.ts";
import { productionStage } from "#lib/stages/production.ts";
import type { Stage } from "#lib/stages/stage.ts";
import { testStage } from "#lib/stages/test.ts";

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties have a thousand shapes; assertions say which
export type Properties = Readonly<Record<string, any>>;

export interface Resource {
  readonly stack: string;
  readonly id: string;
  readonly path: string;
  readonly Type: string;
  readonly Properties: Properties;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Synthesised {
  readonly app: App;
  readonly stacks: readonly Stack[];
  readonly resources: readonly Resource[];
}

const choice = { sender: "The shop <hello@shop.example>", lakeSince: "2026-11-01" };

const TEST = testStage(choice);
/** With everything a stage can have, so that no check passes for want of a subject. */
export const PRODUCTION = productionStage({
  ...choice,
  pushes: true,
  collectConcurrency: 50,
  alarmEmail: "ops@shop.example",
  identityRules: "{}",
  identityRulesBefore: "{}",
  collectionDomain: {
    domainName: "cdp.shop.example",
    certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012",
    hostedZone: { id: "Z0123456789ABCDEFGHIJ", name: "shop.example" },
  },
});

const { context } = JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8"));

/** A stage's templates, with the flags of `cdk.json` and without bundling: what is asked here is not in the code. */
export function synthesise(stage: Stage): Synthesised {
  const app = new App({
    analyticsReporting: false,
    context: { ...context, "aws:cdk:bundling-stacks": [], "aws:cdk:enable-path-metadata": true },
  });
  const stacks = deployStage(app, stage);
  const assembly = app.synth();
  const resources = stacks.flatMap((stack) => {
    const { Resources } = assembly.getStackArtifact(stack.artifactId).template as {
      Resources: Record<string, Resource>;
    };
    return Object.entries(Resources).map(([id, resource]) => ({
      ...resource,
      Properties: resource.Properties ?? {},
      stack: stack.node.id,
      id,
      path: pathOf(resource),
    }));
  });
  return { app, stacks, resources };
}

const pathOf = (resource: object): string =>
  (resource as { Metadata?: { "aws:cdk:path"?: string } }).Metadata?.["aws:cdk:path"] ?? "";

/** Loading and synthesising is what takes time, so each stage is done once for all. */
export const production = synthesise(PRODUCTION);
export const test = synthesise(TEST);

export const ofType = ({ resources }: Synthesised, type: string): readonly Resource[] =>
  resources.filter((resource) => resource.Type === type);
