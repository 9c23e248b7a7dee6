import { Duration, RemovalPolicy, Size, Stack } from "aws-cdk-lib";
import {
  type CfnTable,
  DataFormat,
  type IDatabase,
  PartitionProjectionConfiguration,
  S3Table,
  S3TableStorage,
  Schema,
} from "aws-cdk-lib/aws-glue";
import { PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  DeliveryStream,
  EnableLogging,
  OpenXJsonInputFormat,
  OutputFormat,
  S3Bucket,
  SchemaConfiguration,
  StreamEncryption,
} from "aws-cdk-lib/aws-kinesisfirehose";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { type ColumnType, LAKE_TABLES, type LakeTable as LakeTableName } from "#contracts/lake.ts";
import { LAKE_KEYS } from "#contracts/lake-keys.ts";
import type { Stage } from "#lib/stages/stage.ts";
import { acknowledgeStars } from "./acknowledge.ts";
import { addAlarm, FIVE_MINUTES } from "./alarm.ts";
import type { Link } from "./link.ts";
import { allow } from "./tributary-function.ts";

export interface LakeTableProps {
  readonly table: LakeTableName;
  readonly stage: Stage;
  readonly bucket: IBucket;
  readonly database: IDatabase;
  readonly alarms: ITopic;
}

/**
 * One table of the lake and the stream that writes it: rows as JSON in, Parquet under `<table>/dt=<day>/` out, where
 * `dt` is the UTC day Firehose received them. What cannot be converted is kept under `errors/<table>/`.
 */
export class LakeTable extends Construct {
  private readonly logs: LogGroup;
  private readonly stream: DeliveryStream;

  constructor(scope: Construct, id: string, props: LakeTableProps) {
    super(scope, id);
    this.logs = new LogGroup(this, "Logs", {
      retention: props.stage.logDays,
      removalPolicy: props.stage.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const table = this.declareTable(props);
    const role = this.writerRole(props, table);
    this.stream = this.writeTable(props, table, role);
    this.watch(props);
  }

  /** Permission to append rows, with the stream's name. */
  get toAppend(): Link {
    return {
      value: this.stream.deliveryStreamName,
      grantTo: (fn) => {
        fn.addToRolePolicy(allow(["firehose:PutRecordBatch"], [this.stream.deliveryStreamArn]));
      },
    };
  }

  private declareTable({ table, stage, bucket, database }: LakeTableProps): S3Table {
    const columns = Object.entries(LAKE_TABLES[table]).filter(([name]) => name !== PARTITION);
    return new S3Table(this, "Table", {
      tableName: table,
      database,
      columns: columns.map(([name, type]) => ({ name, type: GLUE_TYPES[type] })),
      partitionKeys: [{ name: PARTITION, type: Schema.STRING, comment: "The UTC day the row was received." }],
      partitionProjection: {
        [PARTITION]: PartitionProjectionConfiguration.date({
          min: stage.lakeSince,
          max: "NOW+1DAYS",
          format: "yyyy-MM-dd",
        }),
      },
      dataFormat: DataFormat.PARQUET,
      compressed: true,
      storage: S3TableStorage.fromBucket(bucket),
      s3Prefix: `${table}/`,
    });
  }

  /** What Firehose may do: write this table's files and its errors, and read this table's columns. */
  private writerRole({ table, bucket, database }: LakeTableProps, declared: S3Table): Role {
    const written = [`${table}/*`, `errors/${table}/*`].map((path) => bucket.arnForObjects(path));
    const role = new Role(this, "Writer", {
      assumedBy: new ServicePrincipal("firehose.amazonaws.com"),
      inlinePolicies: {
        write: new PolicyDocument({
          statements: [
            allow(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], written),
            allow(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], [bucket.bucketArn]),
            allow(
              ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"],
              [database.catalog.catalogArn, database.databaseArn, declared.tableArn],
            ),
            allow(["logs:PutLogEvents"], [this.logs.logGroupArn]),
          ],
        }),
      },
    });
    const bucketId = Stack.of(this).getLogicalId(bucket.node.defaultChild as CfnTable);
    acknowledgeStars(
      role,
      "Firehose names its files itself; it may write under this table's own prefix and that of its errors only.",
      `<${bucketId}.Arn>/${table}/*`,
      `<${bucketId}.Arn>/errors/${table}/*`,
    );
    return role;
  }

  private writeTable({ table, stage, bucket }: LakeTableProps, declared: S3Table, role: Role): DeliveryStream {
    // Role policies are written above, whole: CDK's own grants would open the bucket.
    const own = role.withoutPolicyUpdates();
    const keys = LAKE_KEYS[table];
    const stream = new DeliveryStream(this, "Stream", {
      encryption: StreamEncryption.awsOwnedKey(),
      destination: new S3Bucket(bucket, {
        role: own,
        bufferingInterval: Duration.seconds(stage.lakeBufferSeconds),
        bufferingSize: Size.mebibytes(128),
        dataOutputPrefix: `${table}/dt=!{timestamp:yyyy-MM-dd}/`,
        errorOutputPrefix: `errors/${table}/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/`,
        loggingConfig: new EnableLogging(this.logs),
        dataFormatConversion: {
          schemaConfiguration: SchemaConfiguration.fromCfnTable(declared.node.defaultChild as CfnTable),
          // Of the two readers of JSON, this is the one that takes times as `2026-11-21T10:00:00.123Z`.
          inputFormat: new OpenXJsonInputFormat(keys === undefined ? {} : { columnToJsonKeyMappings: { ...keys } }),
          outputFormat: OutputFormat.PARQUET,
        },
      }),
    });
    stream.node.addDependency(role);
    return stream;
  }

  private watch({ table, stage, alarms }: LakeTableProps): void {
    addAlarm(this, "Late", {
      metric: this.stream.metric("DeliveryToS3.DataFreshness", { period: FIVE_MINUTES, statistic: "max" }),
      above: stage.lakeBufferSeconds + 900,
      means: `Rows of ${table} are not reaching S3: the oldest has waited 15 minutes beyond its buffer.`,
      tells: alarms,
    });
    addAlarm(this, "Unconverted", {
      metric: this.stream.metric("FailedConversion.Records", { period: FIVE_MINUTES, statistic: "sum" }),
      above: 0,
      means: `Rows of ${table} could not be made into Parquet and lie under errors/${table}/.`,
      tells: alarms,
    });
  }
}

const PARTITION = "dt";

const GLUE_TYPES: Readonly<Record<ColumnType, (typeof Schema)["STRING"]>> = {
  string: Schema.STRING,
  bigint: Schema.BIG_INT,
  double: Schema.DOUBLE,
  boolean: Schema.BOOLEAN,
  timestamp: Schema.TIMESTAMP,
};
