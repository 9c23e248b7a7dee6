import { Aws } from "aws-cdk-lib";
import { CfnTable, type IDatabase } from "aws-cdk-lib/aws-glue";
import { Construct } from "constructs";
import { type ColumnType, LAKE_VIEWS } from "#contracts/lake.ts";
import { LAKE_VIEW_COLUMNS } from "./lake-view-columns.ts";

export interface LakeViewProps {
  readonly name: string;
  readonly database: IDatabase;
  readonly schema: string;
}

/**
 * A view as Athena itself keeps it: a table of the catalogue whose text is a comment that holds, in base64, the query
 * and its columns as JSON. (The form is that of the Presto Hive connector's views.)
 */
export class LakeView extends Construct {
  constructor(scope: Construct, id: string, { name, database, schema }: LakeViewProps) {
    super(scope, id);
    const columns = Object.entries(LAKE_VIEW_COLUMNS[name] ?? {});
    if (columns.length === 0) throw new Error(`lake-view-columns.ts does not know the view ${name}`);
    new CfnTable(this, "Table", {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: database.databaseName,
      tableInput: {
        name,
        tableType: "VIRTUAL_VIEW",
        parameters: { presto_view: "true", comment: "Presto View" },
        viewOriginalText: `/* Presto View: ${encoded(name, schema, columns)} */`,
        viewExpandedText: "/* Presto View */",
        partitionKeys: [],
        storageDescriptor: {
          columns: columns.map(([column, type]) => ({ name: column, type })),
          location: "",
          serdeInfo: {},
        },
      },
    });
  }
}

function encoded(name: string, schema: string, columns: readonly (readonly [string, ColumnType])[]): string {
  const view = {
    originalSql: LAKE_VIEWS[name]?.trim(),
    catalog: "awsdatacatalog",
    schema,
    columns: columns.map(([column, type]) => ({ name: column, type: ATHENA_TYPES[type] })),
  };
  return Buffer.from(JSON.stringify(view)).toString("base64");
}

const ATHENA_TYPES: Readonly<Record<ColumnType, string>> = {
  string: "varchar",
  bigint: "bigint",
  double: "double",
  boolean: "boolean",
  timestamp: "timestamp(3)",
};
