import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import type { Source } from "#core/events/source.ts";
import { keptWriteKey } from "#core/events/write-key-hash.ts";
import { answered } from "#test/support/answering-client.ts";
import { dynamodbSources } from "./dynamodb-sources.ts";

const website: Source = {
  id: "website",
  name: "Website",
  kind: "browser",
  trust: "browser",
  enabled: true,
  keys: [keptWriteKey("k", 0)],
};

/** A table that holds what `held` says by now, a clock, and how often it was asked. */
function world() {
  const state = { now: 0, asked: 0, held: undefined as Source | undefined, isBroken: false };
  const client = answered(
    new DynamoDBClient({ region: "us-east-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } }),
    () => {
      state.asked += 1;
      if (state.isBroken) throw new Error("out of reach");
      return state.held === undefined ? {} : { Item: { source: { S: JSON.stringify(state.held) } } };
    },
  );
  return { state, sources: dynamodbSources({ table: "sources", now: () => state.now, client }) };
}

describe("sources remembered", () => {
  it("asks once a minute for a key that is there, and soon again for one that is not", async () => {
    const { state, sources } = world();
    expect(await sources.byWriteKey("k")).toBeUndefined();
    state.held = website;
    state.now = 4_999;
    expect(await sources.byWriteKey("k")).toBeUndefined();
    expect(state.asked).toBe(1);
    state.now = 5_000;
    expect(await sources.byWriteKey("k")).toEqual(website);
    state.held = { ...website, enabled: false };
    state.now = 64_999;
    expect((await sources.byWriteKey("k"))?.enabled).toBe(true);
    state.now = 65_000;
    expect((await sources.byWriteKey("k"))?.enabled).toBe(false);
    expect(state.asked).toBe(3);
  });

  it("asks once where many ask at the same time", async () => {
    const { state, sources } = world();
    await Promise.all(Array.from({ length: 20 }, () => sources.byWriteKey("k")));
    expect(state.asked).toBe(1);
  });

  it("believes no item whose source does not have the key", async () => {
    const { state, sources } = world();
    state.held = { ...website, keys: [keptWriteKey("other", 0)] };
    expect(await sources.byWriteKey("k")).toBeUndefined();
  });

  it("does not remember that the table was out of reach", async () => {
    const { state, sources } = world();
    state.isBroken = true;
    await expect(sources.byWriteKey("k")).rejects.toThrow("out of reach");
    Object.assign(state, { isBroken: false, held: website });
    expect(await sources.byWriteKey("k")).toEqual(website);
  });

  it("forgets the oldest of very many made-up keys", async () => {
    const { state, sources } = world();
    for (let nth = 0; nth <= 10_000; nth++) await sources.byWriteKey(`k${nth}`);
    const before = state.asked;
    await sources.byWriteKey("k10000");
    expect(state.asked).toBe(before);
    await sources.byWriteKey("k0");
    expect(state.asked).toBe(before + 1);
  });
});
