import { Readable } from "node:stream";
import { AthenaClient } from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { answered } from "#test/support/answering-client.ts";
import { athenaSnapshots } from "./athena-snapshots.ts";

const aws = { region: "us-east-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } };

/** Athena and S3 that answer what a test says and keep what they were asked. */
function scripted(body = "", state = "SUCCEEDED") {
  const asked: [string, Readonly<Record<string, unknown>>][] = [];
  const client = answered(new AthenaClient(aws), (command, input) => {
    asked.push([command, input]);
    if (command === "StartQueryExecutionCommand") return { QueryExecutionId: "q1" };
    const ResultConfiguration = { OutputLocation: "s3://results/engine/q1.csv" };
    return { QueryExecution: { Status: { State: state }, ResultConfiguration } };
  });
  const s3 = answered(new S3Client(aws), (command, input) => {
    asked.push([command, input]);
    return command === "GetObjectCommand" ? { Body: Readable.from([body]) } : {};
  });
  const options = { workgroup: "w", database: "d", bucket: "lists", client, s3, pause: async () => {}, maxLooks: 3 };
  return { store: athenaSnapshots(options), asked };
}

async function gathered(ids: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const id of ids) all.push(id);
  return all;
}

describe("snapshots in the cloud", () => {
  it("are Athena's own answers, in order, copied to where they are kept", async () => {
    const { store, asked } = scripted();
    await store.take("vip", "r1.1.is", "SELECT 1");
    expect(asked[0]?.[1]).toMatchObject({ QueryString: "SELECT profile_id FROM (SELECT 1) ORDER BY profile_id" });
    expect(asked.at(-1)).toEqual([
      "CopyObjectCommand",
      { Bucket: "lists", Key: "snapshots/vip/r1.1.is.csv", CopySource: "results/engine/q1.csv" },
    ]);
    await store.drop("vip", "r1.1.is");
    expect(asked.at(-1)).toEqual(["DeleteObjectCommand", { Bucket: "lists", Key: "snapshots/vip/r1.1.is.csv" }]);
  });

  it("are not copied where the query failed", async () => {
    const { store, asked } = scripted("", "FAILED");
    await expect(store.take("vip", "r1.1.is", "SELECT 1")).rejects.toThrow("failed");
    expect(asked.map(([command]) => command)).not.toContain("CopyObjectCommand");
  });

  it("are read line by line, without the column's name and the quotes", async () => {
    const { store } = scripted('"profile_id"\n"p1"\n"p2"\n');
    expect(await gathered(store.read("vip", "r1.1.is"))).toEqual(["p1", "p2"]);
    expect(await gathered(scripted('"profile_id"\n').store.read("vip", "r1.1.is"))).toEqual([]);
  });
});
