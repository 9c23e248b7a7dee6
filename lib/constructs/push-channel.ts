import { Stack } from "aws-cdk-lib";
import { CfnApp } from "aws-cdk-lib/aws-pinpoint";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import type { Link } from "./link.ts";
import { allow } from "./tributary-function.ts";

/**
 * The application through which AWS End User Messaging sends push notifications. Device tokens stay with us; the keys of
 * Apple and Google are given to it by hand, because they are secrets (`docs/operations.md`).
 */
export class PushChannel extends Construct {
  private readonly app: CfnApp;

  constructor(scope: Construct, id: string, name: string) {
    super(scope, id);
    this.app = new CfnApp(this, "App", { name });
    acknowledge(
      this,
      "Pinpoint's campaigns ended on 2026-10-30; this type and SendMessages live on as AWS End User Messaging's push.",
      "CloudFormation-Validate::W3696",
    );
  }

  /** Permission to send to addresses, with the application's id. */
  get toSend(): Link {
    const messages = Stack.of(this).formatArn({
      service: "mobiletargeting",
      resource: "apps",
      resourceName: `${this.app.ref}/messages`,
    });
    return {
      value: this.app.ref,
      grantTo: (fn) => {
        fn.addToRolePolicy(allow(["mobiletargeting:SendMessages"], [messages]));
      },
    };
  }
}
