import { type Environment, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Stage } from "#lib/stages/stage.ts";

/** A stack of a stage: named after both, so that stages can live in one account. */
export class StageStack extends Stack {
  constructor(scope: Construct, id: string, stage: Stage, description: string) {
    super(scope, id, {
      stackName: `tributary-${stage.name}-${id}`,
      description: `Tributary (${stage.name}): ${description}`,
      env: environmentOf(stage),
      terminationProtection: stage.keepsData,
      tags: { application: "tributary", stage: stage.name },
    });
  }
}

function environmentOf({ account, region }: Stage): Environment {
  return { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) };
}
