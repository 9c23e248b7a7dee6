import { CfnOutput, RemovalPolicy } from "aws-cdk-lib";
import { AccountRecovery, Mfa, UserPool } from "aws-cdk-lib/aws-cognito";
import type { Construct } from "constructs";
import {
  COMPUTED_TABLE,
  DEFINITIONS_TABLE,
  LIST_KEYS_TABLE,
  MEMBERSHIPS_TABLE,
  MESSAGES_TABLE,
  PROFILES_TABLE,
  RATES_TABLE,
  SOURCES_TABLE,
} from "#contracts/tables.ts";
import { acknowledge } from "#lib/constructs/acknowledge.ts";
import { StoreTable } from "#lib/constructs/store-table.ts";
import type { Stage } from "#lib/stages/stage.ts";
import { StageStack } from "./stage-stack.ts";

/** What is known and must not be lost, apart from the lake: profiles, definitions, sources, sent messages, users. */
export class StoresStack extends StageStack {
  readonly sources: StoreTable;
  readonly rates: StoreTable;
  readonly profiles: StoreTable;
  readonly memberships: StoreTable;
  readonly definitions: StoreTable;
  readonly messages: StoreTable;
  readonly computed: StoreTable;
  readonly listKeys: StoreTable;
  readonly users: UserPool;

  constructor(scope: Construct, stage: Stage) {
    super(scope, "stores", stage, "profiles, definitions, sources, sent messages and users");
    this.sources = new StoreTable(this, "Sources", { stage, partitionKey: SOURCES_TABLE.partitionKey });
    this.rates = new StoreTable(this, "Rates", {
      stage,
      partitionKey: RATES_TABLE.partitionKey,
      expires: RATES_TABLE.expiresAt,
    });
    this.profiles = new StoreTable(this, "Profiles", {
      stage,
      partitionKey: PROFILES_TABLE.partitionKey,
      tellsChanges: true,
    });
    this.memberships = this.addMemberships(stage);
    this.definitions = new StoreTable(this, "Definitions", {
      stage,
      partitionKey: DEFINITIONS_TABLE.partitionKey,
      sortKey: DEFINITIONS_TABLE.sortKey,
    });
    this.messages = new StoreTable(this, "Messages", {
      stage,
      partitionKey: MESSAGES_TABLE.partitionKey,
      expires: MESSAGES_TABLE.expiresAt,
    });
    const { partitionKey } = COMPUTED_TABLE;
    this.computed = new StoreTable(this, "Computed", { stage, partitionKey, tellsChanges: true });
    this.listKeys = this.addListKeys(stage);
    this.users = this.addUsers(stage);
    new CfnOutput(this, "SourcesTable", { value: this.sources.tableName, description: "Where write keys are kept" });
    new CfnOutput(this, "ProfilesTable", { value: this.profiles.tableName });
    new CfnOutput(this, "UserPool", { value: this.users.userPoolId, description: "Who may use the console and /api" });
    if (!stage.keepsData)
      acknowledge(this, "A stage that keeps no data has nothing to restore.", "AwsSolutions-DDB3", "AwsSolutions-COG2");
  }

  private addListKeys(stage: Stage): StoreTable {
    const { partitionKey, sortKey } = LIST_KEYS_TABLE;
    return new StoreTable(this, "ListKeys", { stage, partitionKey, sortKey });
  }

  private addMemberships(stage: Stage): StoreTable {
    const { partitionKey, dueIndex: name, dueShard, dueAt: number } = MEMBERSHIPS_TABLE;
    const index = { name, partitionKey: dueShard, number };
    return new StoreTable(this, "Memberships", { stage, partitionKey, tellsChanges: true, index });
  }

  private addUsers(stage: Stage): UserPool {
    const users = new UserPool(this, "Users", {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      mfa: stage.keepsData ? Mfa.REQUIRED : Mfa.OPTIONAL,
      mfaSecondFactor: { sms: false, otp: true },
      deletionProtection: stage.keepsData,
      removalPolicy: stage.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(
      users,
      "Threat protection is paid for per user and month; users are a handful of invited colleagues with a second factor.",
      "AwsSolutions-COG3",
      "AwsSolutions-COG8",
    );
    return users;
  }
}
