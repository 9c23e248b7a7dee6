import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { deployStage } from "#lib/stages/deploy-stage.ts";
import type { Stage } from "#lib/stages/stage.ts";
import { stages, usualStage } from "#tributary.config.ts";

const app = new App({ analyticsReporting: false });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));

const named: string = app.node.tryGetContext("stage") ?? usualStage;
const stage: Stage | undefined = Object.hasOwn(stages, named) ? stages[named as keyof typeof stages] : undefined;
if (stage === undefined)
  throw new Error(`no stage "${named}": tributary.config.ts has ${Object.keys(stages).join(", ")}`);

deployStage(app, stage);
app.synth();
