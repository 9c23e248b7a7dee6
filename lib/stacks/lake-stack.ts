import { CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import { Database } from "aws-cdk-lib/aws-glue";
import { ManagedPolicy } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { LAKE_TABLES, LAKE_VIEWS, type LakeTable as LakeTableName } from "#contracts/lake.ts";
import { SETTLED_IN_S3, SETTLING } from "#contracts/lake-settling.ts";
import { acknowledge, acknowledgeStars } from "#lib/constructs/acknowledge.ts";
import { LakeTable } from "#lib/constructs/lake-table.ts";
import { LakeView } from "#lib/constructs/lake-view.ts";
import type { Link } from "#lib/constructs/link.ts";
import { allow } from "#lib/constructs/tributary-function.ts";
import type { Stage } from "#lib/stages/stage.ts";
import { StageStack } from "./stage-stack.ts";

/** Everything that happened: the bucket, its catalogue of tables and views, and the streams that write into it. */
export class LakeStack extends StageStack {
  private readonly bucket: Bucket;
  private readonly database: Database;
  private readonly tables: Readonly<Record<LakeTableName, LakeTable>>;
  private readonly readers: ManagedPolicy;
  private readonly compactors: ManagedPolicy;
  private readonly redrivers: ManagedPolicy;

  constructor(scope: Construct, stage: Stage, alarms: ITopic) {
    super(scope, "lake", stage, "everything that happened, as Parquet files");
    this.bucket = this.addBucket(stage);
    this.database = new Database(this, "Database", { databaseName: stage.database });
    this.tables = this.addTables(stage, alarms);
    for (const name of Object.keys(LAKE_VIEWS))
      new LakeView(this, `View-${name}`, { name, database: this.database, schema: stage.database });
    this.readers = this.addReaders();
    this.compactors = this.addKeepers("Compactors", {
      description: "May settle the lake's tables",
      prefixes: [...SETTLED_IN_S3.map((table) => `${table}/*`), "settling/*"],
      writes: true,
      reason:
        "Files of these tables are replaced by settled ones, which Athena names itself; of no other table, and nothing else.",
    });
    this.redrivers = this.addKeepers("Redrivers", {
      description: "May put back what could not be delivered",
      prefixes: Object.keys(LAKE_TABLES).map((table) => `errors/${table}/*`),
      writes: false,
      reason: "Firehose names the files of errors itself; they are read, and removed once their rows are back.",
    });
    acknowledge(
      this,
      "CDK's stream brings a mapping of Firehose's addresses, of use only to destinations inside a VPC.",
      "CloudFormation-Validate::W7001",
    );
    new CfnOutput(this, "LakeBucket", { value: this.bucket.bucketName });
    new CfnOutput(this, "LakeDatabase", { value: stage.database });
  }

  /** Permission to append rows to a table, with its stream's name. */
  toAppend(table: LakeTableName): Link {
    return this.tables[table].toAppend;
  }

  /** Permission to read every table and view, with the database's name. */
  get toRead(): Link {
    return { value: this.database.databaseName, grantTo: (fn) => fn.role?.addManagedPolicy(this.readers) };
  }

  /** Permission to settle tables: to write files of theirs beside those that came, and to remove those. */
  get toCompact(): Link {
    return { value: this.bucket.bucketName, grantTo: (fn) => fn.role?.addManagedPolicy(this.compactors) };
  }

  /** Permission to read what no stream could deliver, and to remove what was put back, with the bucket's name. */
  get toRedrive(): Link {
    return { value: this.bucket.bucketName, grantTo: (fn) => fn.role?.addManagedPolicy(this.redrivers) };
  }

  /** Permission to append rows to every table, with each one's stream as JSON. */
  get toAppendAny(): Link {
    const streams = Object.entries(this.tables).map(([table, { toAppend }]) => [table, toAppend.value] as const);
    return {
      value: this.toJsonString(Object.fromEntries(streams)),
      grantTo: (fn) => {
        for (const { toAppend } of Object.values(this.tables)) toAppend.grantTo(fn);
      },
    };
  }

  private addBucket(stage: Stage): Bucket {
    const removalPolicy = stage.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const common = {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      removalPolicy,
    };
    const accessLogs = new Bucket(this, "AccessLogs", {
      ...common,
      lifecycleRules: [{ expiration: Duration.days(stage.logDays) }],
    });
    acknowledge(
      accessLogs,
      "This bucket is where the lake's access is logged; logging it too would never end.",
      "AwsSolutions-S1",
    );
    // No versions: what privacy erases from the lake must be gone, and an object is written once.
    return new Bucket(this, "Lake", {
      ...common,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: "lake/",
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(2) },
        // What a settling that died had staged is nobody's. A month, so that a run that cannot go on can be looked at.
        { prefix: SETTLING.staged, expiration: Duration.days(30) },
      ],
    });
  }

  private addTables(stage: Stage, alarms: ITopic): Readonly<Record<LakeTableName, LakeTable>> {
    const common = { stage, bucket: this.bucket, database: this.database, alarms };
    const made = Object.keys(LAKE_TABLES).map((name) => {
      const table = name as LakeTableName;
      return [table, new LakeTable(this, `Table-${table}`, { ...common, table })] as const;
    });
    return Object.fromEntries(made) as Record<LakeTableName, LakeTable>;
  }

  /** Athena reads with the permissions of whoever asks: the catalogue's entries and the tables' files. */
  private addReaders(): ManagedPolicy {
    const tables = Object.keys(LAKE_TABLES);
    const catalogued = [...tables, ...Object.keys(LAKE_VIEWS)].map((name) =>
      this.formatArn({ service: "glue", resource: "table", resourceName: `${this.database.databaseName}/${name}` }),
    );
    const readers = new ManagedPolicy(this, "Readers", {
      description: "May read every table and view of the lake",
      statements: [
        allow(
          ["glue:GetDatabase", "glue:GetPartition", "glue:GetPartitions", "glue:GetTable", "glue:GetTables"],
          [this.database.catalog.catalogArn, this.database.databaseArn, ...catalogued],
        ),
        allow(["s3:GetBucketLocation", "s3:ListBucket"], [this.bucket.bucketArn]),
        allow(
          ["s3:GetObject"],
          tables.map((table) => this.bucket.arnForObjects(`${table}/*`)),
        ),
      ],
    });
    const bucketId = this.getLogicalId(this.bucket.node.defaultChild as CfnBucket);
    acknowledgeStars(
      readers,
      "A table is all files under its prefix; queries read them, and nothing else of the bucket.",
      ...tables.map((table) => `<${bucketId}.Arn>/${table}/*`),
    );
    return readers;
  }

  /** Who keeps the bucket's files in order: those under some prefixes, and nothing else of it. */
  private addKeepers(id: string, { description, prefixes, writes, reason }: Keepers): ManagedPolicy {
    const actions = ["s3:DeleteObject", "s3:GetObject"];
    const writing = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"];
    const keepers = new ManagedPolicy(this, id, {
      description,
      statements: [
        allow(["s3:GetBucketLocation", "s3:ListBucket"], [this.bucket.bucketArn]),
        allow(
          writes ? [...actions, ...writing] : actions,
          prefixes.map((prefix) => this.bucket.arnForObjects(prefix)),
        ),
      ],
    });
    const bucketId = this.getLogicalId(this.bucket.node.defaultChild as CfnBucket);
    acknowledgeStars(keepers, reason, ...prefixes.map((prefix) => `<${bucketId}.Arn>/${prefix}`));
    return keepers;
  }
}

interface Keepers {
  readonly description: string;
  readonly prefixes: readonly string[];
  readonly writes: boolean;
  readonly reason: string;
}
