import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import type { Source } from "#core/events/source.ts";
import { SourceSettings, sourceOf } from "#core/events/source-settings.ts";
import { keptWriteKey } from "#core/events/write-key-hash.ts";
import { answered } from "#test/support/answering-client.ts";
import { dynamodbSourceDefinitions } from "./dynamodb-source-definitions.ts";

const [first, second] = [keptWriteKey("k1", 1), keptWriteKey("k2", 2)];
const site = (...keys: Source["keys"]): Source => sourceOf("site", SourceSettings.parse({ name: "Site" }), keys);

const canceled = (...codes: readonly string[]) =>
  new TransactionCanceledException({
    $metadata: {},
    message: "canceled",
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

/** Tables that hold one version of the site, or none; transactions end as `ends` says, one after another, then well. */
function world(held: Source | undefined, ...ends: readonly Error[]) {
  const state = { held, written: [] as unknown[][], pauses: 0 };
  const left = [...ends];
  const client = answered(
    new DynamoDBClient({ region: "us-east-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } }),
    (command, input) => {
      if (command === "GetItemCommand") return state.held === undefined ? {} : { Item: itemOf(state.held) };
      state.written.push((input.TransactItems as readonly Record<string, Record<string, unknown>>[]).map(nameOf));
      const failure = left.shift();
      if (failure !== undefined) throw failure;
      return {};
    },
  );
  const pause = async (): Promise<void> => {
    state.pauses += 1;
  };
  const options = { table: "definitions", keysTable: "keys", now: () => 9, client, pause };
  return { state, definitions: dynamodbSourceDefinitions(options) };
}

const itemOf = (source: Source) => ({
  kind: { S: "source" },
  id: { S: source.id },
  version: { N: "4" },
  updatedAt: { N: "7" },
  definition: { S: JSON.stringify(source) },
});

/** A write as one line: what is done, where, to which key, on what condition. */
function nameOf(write: Record<string, Record<string, unknown>>): string {
  const [action = ""] = Object.keys(write);
  const what = write[action] ?? {};
  const { keyHash, id } = (what.Item ?? what.Key) as Record<string, { S: string } | undefined>;
  const condition = what.ConditionExpression === undefined ? "" : ` if ${String(what.ConditionExpression)}`;
  return `${action} ${String(what.TableName)} ${keyHash?.S ?? id?.S}${condition}`;
}

const STILL = "#version = :version AND #updatedAt = :updatedAt";

describe("a source in DynamoDB", () => {
  it("is written with all of its keys at once, and only where there is none", async () => {
    const { state, definitions } = world(undefined);
    expect(await definitions.put("site", site(first), 0)).toMatchObject({ version: 1, updatedAt: 9 });
    expect(state.written).toEqual([["Put definitions site if attribute_not_exists(#id)", `Put keys ${first.hash}`]]);
  });
  it("is changed with its keys, the revoked one gone, only if it is what was read", async () => {
    const { state, definitions } = world(site(first));
    expect(await definitions.put("site", site(second), 4)).toMatchObject({ version: 5 });
    expect(state.written).toEqual([
      [`Put definitions site if ${STILL}`, `Put keys ${second.hash}`, `Delete keys ${first.hash}`],
    ]);
    expect(await definitions.put("site", site(second), 3), "not the latest").toBeUndefined();
    expect(state.written).toHaveLength(1);
  });
  it("is deleted with its keys", async () => {
    const { state, definitions } = world(site(first, second));
    expect(await definitions.delete("site")).toBe(true);
    const keys = [first, second].map(({ hash }) => `Delete keys ${hash}`);
    expect(state.written).toEqual([[`Delete definitions site if ${STILL}`, ...keys]]);
  });
  it("is tried again where another transaction was in the way, and is not where another was first", async () => {
    const inTheWay = world(undefined, canceled("TransactionConflict", "None"), canceled("None", "ThrottlingError"));
    expect(await inTheWay.definitions.put("site", site(first), 0)).toBeDefined();
    expect([inTheWay.state.written.length, inTheWay.state.pauses]).toEqual([3, 2]);
    const second = world(undefined, canceled("ConditionalCheckFailed", "None"));
    expect(await second.definitions.put("site", site(first), 0)).toBeUndefined();
    const changed = world(site(first), canceled("ConditionalCheckFailed", "None"));
    expect(await changed.definitions.delete("site")).toBe(true);
  });
  it("says where the table is out of reach, or never lets go", async () => {
    const broken = world(undefined, new Error("out of reach"));
    await expect(broken.definitions.put("site", site(first), 0)).rejects.toThrow("out of reach");
    const busy = Array.from({ length: 8 }, () => canceled("TransactionConflict"));
    await expect(world(undefined, ...busy).definitions.put("site", site(first), 0)).rejects.toThrow("canceled");
    const moving = Array.from({ length: 8 }, () => canceled("ConditionalCheckFailed"));
    await expect(world(site(first), ...moving).definitions.delete("site")).rejects.toThrow("each time");
  });
});
