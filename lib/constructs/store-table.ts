import { RemovalPolicy } from "aws-cdk-lib";
import {
  type Attribute,
  AttributeType,
  Billing,
  type GlobalSecondaryIndexPropsV2,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
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
  /** An index of the items that have both of these, the second a number: it holds their keys and nothing else. */
  readonly index?: { readonly name: string; readonly partitionKey: string; readonly number: string };
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
      ...(props.index === undefined ? {} : { globalSecondaryIndexes: [keysOnly(props.index)] }),
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: keepsData },
      deletionProtection: keepsData,
      removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }

  /** Permission for these actions on the table, with its name. */
  to(...actions: readonly TableAction[]): Link {
    const named = actions.map((action) => `dynamodb:${action}`);
    return {
      value: this.tableName,
      grantTo: (fn) => fn.addToRolePolicy(new PolicyStatement({ actions: named, resources: [this.tableArn] })),
    };
  }

  /** The same, and to ask its index, which a grant of CDK's own would name with a star. */
  toWithIndex(index: string, ...actions: readonly TableAction[]): Link {
    const { value, grantTo } = this.to(...actions);
    return {
      value,
      grantTo: (fn) => {
        grantTo(fn);
        const resources = [`${this.tableArn}/index/${index}`];
        fn.addToRolePolicy(new PolicyStatement({ actions: ["dynamodb:Query"], resources }));
      },
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

const keysOnly = ({
  name,
  partitionKey,
  number,
}: NonNullable<StoreTableProps["index"]>): GlobalSecondaryIndexPropsV2 => ({
  indexName: name,
  partitionKey: text(partitionKey),
  sortKey: { name: number, type: AttributeType.NUMBER },
  projectionType: ProjectionType.KEYS_ONLY,
});

const text = (name: string): Attribute => ({ name, type: AttributeType.STRING });
