import { RemovalPolicy } from "aws-cdk-lib";
import {
  type Attribute,
  AttributeType,
  Billing,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import type { Stage } from "#lib/stages/stage.ts";
import type { Link } from "./link.ts";

export interface StoreTableProps {
  readonly stage: Stage;
  readonly partitionKey: string;
  readonly sortKey?: string;
  readonly expires?: string;
  /** Whether every change is told, with what stood there before and after. */
  readonly tellsChanges?: boolean;
}

/** A table of DynamoDB, paid by use, kept as the stage keeps its data. All keys are text. */
export class StoreTable extends TableV2 {
  constructor(scope: Construct, id: string, props: StoreTableProps) {
    const { keepsData } = props.stage;
    super(scope, id, {
      partitionKey: text(props.partitionKey),
      ...(props.sortKey === undefined ? {} : { sortKey: text(props.sortKey) }),
      ...(props.expires === undefined ? {} : { timeToLiveAttribute: props.expires }),
      ...(props.tellsChanges ? { dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES } : {}),
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: keepsData },
      deletionProtection: keepsData,
      removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }

  /** Permission for these actions on the table, with its name. */
  to(...actions: readonly TableAction[]): Link {
    return {
      value: this.tableName,
      grantTo: (fn) => this.grant(fn, ...actions.map((action) => `dynamodb:${action}`)),
    };
  }
}

/** A transaction needs permission for what it is made of, so it has no name here. */
type TableAction =
  | "BatchGetItem"
  | "ConditionCheckItem"
  | "DeleteItem"
  | "DescribeTable"
  | "GetItem"
  | "PutItem"
  | "Query"
  | "Scan"
  | "UpdateItem";

const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });
