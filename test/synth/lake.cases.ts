import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { DUCKDB_TYPE } from "#adapters/local/duckdb-type.ts";
import { LAKE_TABLES, LAKE_VIEWS, type LakeTable } from "#contracts/lake.ts";
import { LAKE_KEYS } from "#contracts/lake-keys.ts";
import { SAVED_QUERIES } from "#contracts/saved-queries/saved-queries.ts";
import { LAKE_VIEW_COLUMNS } from "#lib/constructs/lake-view-columns.ts";
import { ofType, PRODUCTION, production } from "./synthesise.ts";

const inputs = ofType(production, "AWS::Glue::Table").map(({ Properties }) => Properties.TableInput);
const tables = inputs.filter(({ TableType }) => TableType === "EXTERNAL_TABLE");
const views = inputs.filter(({ TableType }) => TableType === "VIRTUAL_VIEW");

describe("tables of the lake", () => {
  it("have the columns of the contract, with the day as partition", () => {
    const declared = Object.fromEntries(
      tables.map(({ Name, StorageDescriptor, PartitionKeys }) => [
        Name,
        Object.fromEntries(
          [...StorageDescriptor.Columns, ...PartitionKeys].map(({ Name: name, Type }) => [name, Type]),
        ),
      ]),
    );
    expect(declared).toEqual(LAKE_TABLES);
  });

  it("know their days without being told", () => {
    for (const { Parameters, Name } of tables)
      expect(Parameters, Name).toMatchObject({
        "projection.enabled": "true",
        "projection.dt.type": "date",
        "projection.dt.range": "2026-11-01,NOW+1DAYS",
        "projection.dt.format": "yyyy-MM-dd",
      });
  });

  it("are each written by a stream of their own, as Parquet, a folder a day, errors apart", () => {
    const streams = ofType(production, "AWS::KinesisFirehose::DeliveryStream").map(
      ({ Properties }) => Properties.ExtendedS3DestinationConfiguration,
    );
    expect(new Set(streams.map(({ Prefix }) => Prefix))).toEqual(
      new Set(Object.keys(LAKE_TABLES).map((name) => `${name}/dt=!{timestamp:yyyy-MM-dd}/`)),
    );
    for (const stream of streams) {
      const [table] = stream.Prefix.split("/");
      expect(stream.ErrorOutputPrefix).toBe(
        `errors/${table}/!{firehose:error-output-type}/dt=!{timestamp:yyyy-MM-dd}/`,
      );
      expect(stream.DataFormatConversionConfiguration).toMatchObject({
        Enabled: true,
        InputFormatConfiguration: { Deserializer: { OpenXJsonSerDe: openXOf(table) } },
        OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
      });
    }
  });
});

/** A column whose rows say another key than its name is empty in every file where the stream is not told of it. */
function openXOf(table: string): object {
  const keys = LAKE_KEYS[table as LakeTable];
  return keys === undefined ? {} : { ColumnToJsonKeyMappings: keys };
}

describe("views of the lake", () => {
  it("say to Athena what LAKE_VIEWS says, in the owner's database", () => {
    for (const view of views) {
      const [, text] = /^\/\* Presto View: (\S+) \*\/$/.exec(view.ViewOriginalText) ?? [];
      const read = JSON.parse(Buffer.from(text ?? "", "base64").toString());
      expect(read).toMatchObject({ originalSql: LAKE_VIEWS[view.Name]?.trim(), schema: PRODUCTION.database });
      expect(read.columns.map(({ name }: { name: string }) => name)).toEqual(
        view.StorageDescriptor.Columns.map(({ Name }: { Name: string }) => Name),
      );
    }
    expect(new Set(views.map(({ Name }) => Name))).toEqual(new Set(Object.keys(LAKE_VIEWS)));
  });

  it("answer the columns that are declared of them", async () => {
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    for (const [name, columns] of Object.entries(LAKE_TABLES)) {
      const list = Object.entries(columns).map(([column, type]) => `${column} ${DUCKDB_TYPE[type]}`);
      await connection.run(`CREATE TABLE ${name} (${list.join(", ")})`);
    }
    const answered: Record<string, Record<string, string>> = {};
    for (const [name, sql] of Object.entries(LAKE_VIEWS)) {
      await connection.run(`CREATE VIEW ${name} AS ${sql}`);
      const read = await connection.runAndReadAll(`SELECT * FROM ${name}`);
      const types = read.columnTypes().map(String);
      answered[name] = Object.fromEntries(read.columnNames().map((column, at) => [column, types[at] ?? ""]));
    }
    connection.closeSync();
    expect(answered).toEqual(
      Object.fromEntries(
        Object.entries(LAKE_VIEW_COLUMNS).map(([name, columns]) => [
          name,
          Object.fromEntries(Object.entries(columns).map(([column, type]) => [column, DUCKDB_TYPE[type]])),
        ]),
      ),
    );
  });
});

describe("saved queries", () => {
  it("are named queries of the analysts' workgroup, whole, in the owner's database", () => {
    const named = ofType(production, "AWS::Athena::NamedQuery").map(({ Properties }) => Properties);
    expect(named.map(({ Name }) => Name).sort()).toEqual(Object.keys(SAVED_QUERIES).sort());
    for (const { Name, Database, WorkGroup, QueryString, Description } of named) {
      expect([Database, WorkGroup], Name).toEqual([PRODUCTION.database, `tributary-${PRODUCTION.name}-analysts`]);
      expect(QueryString, Name).not.toMatch(/\{\w/);
      expect(Description.length, Name).toBeLessThanOrEqual(1_024);
    }
  });
});
