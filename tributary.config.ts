import { productionStage } from "#lib/stages/production.ts";
import { testStage } from "#lib/stages/test.ts";

/**
 * The owner's choices. `lib/stages/stage.ts` says what each means and what else can be chosen; `cdk deploy --all` takes
 * the usual stage, `cdk deploy --all -c stage=test` another.
 */
export const stages = {
  test: testStage({ sender: "hello@example.org", lakeSince: "2026-11-01" }),
  production: productionStage({ sender: "hello@example.org", lakeSince: "2026-11-01" }),
};

export const usualStage: keyof typeof stages = "production";
