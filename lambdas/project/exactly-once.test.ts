import type { DynamoDBRecord } from "aws-lambda";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromItem, keyIn, toItem } from "#adapters/aws/component-item.ts";
import { memoryLakeWriter } from "#adapters/memory/lake-writer.ts";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Lake, LakeRows } from "#contracts/lake.ts";
import { absorbEvents, type ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import type { ChangeRows } from "#core/profiles/change-rows.ts";
import { type ChangeStream, streamingStore } from "#test/contracts/change-stream.ts";
import { type History, histories, tightRules } from "#test/contracts/histories.ts";
import { cut, randomFrom, shuffled } from "#test/contracts/random.ts";
import { replayed, rowsOf } from "#test/contracts/replayed-rows.ts";
import { storedProfiles } from "#test/contracts/stored-profiles.ts";
import { projectHandler } from "./handler.ts";

type Image = NonNullable<NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"]>;
const TABLES = ["identity_changes", "profile_changes", "consent_changes", "link_changes"] as const;

/** Bytes are base64 in a stream's record. */
const imageOf = (...item: Parameters<typeof toItem>): Image =>
  Object.fromEntries(
    Object.entries(toItem(...item)).map(([name, value]) => [
      name,
      "B" in value ? { B: Buffer.from(value.B).toString("base64") } : value,
    ]),
  );

const recordOf = ({ key, before, after }: ComponentChange, nth: number): DynamoDBRecord => ({
  dynamodb: {
    SequenceNumber: `s${nth}`,
    ...(before === undefined ? {} : { OldImage: imageOf(key, before) }),
    NewImage: imageOf(key, after),
  },
});

/** A stream as Lambda reads it: each key in one shard, in order there; shards in no order among each other. */
function shardsOf({ changes }: ChangeStream): readonly (readonly DynamoDBRecord[])[] {
  const records = changes.map((change, nth) => [change.key, recordOf(change, nth)] as const);
  const shards = Map.groupBy(records, ([key]) => key.charCodeAt(5) % 3);
  return [...shards.values()].map((shard) => shard.map(([, record]) => record));
}

async function streamOf({ events, assertions }: History, random: () => number) {
  const { store, stream } = streamingStore(memoryProfileStore());
  const said = [
    ...events.map((event) => ({ events: [event], assertions: [] })),
    ...assertions.map((assertion) => ({ events: [], assertions: [assertion] })),
  ];
  for (const batch of cut(shuffled(said, random), 4, random)) {
    const whole = { events: batch.flatMap((one) => one.events), assertions: batch.flatMap((one) => one.assertions) };
    await absorbEvents({ store, pause: async () => {} }, whole, tightRules);
  }
  return { store, stream };
}

/** A lake that refuses now and then, also after it took some of what it was given. */
function unsteadyLake(lake: Lake, random: () => number): Lake {
  return {
    append: async (table, rows) => {
      if (random() < 0.15) throw new Error("throttled");
      await lake.append(table, rows);
      if (random() < 0.1) throw new Error("no answer");
    },
  };
}

/** Each row once, whatever the time at which it was told. */
const onceEach = (rows: readonly object[]): readonly string[] =>
  [...new Set(rows.map((row) => JSON.stringify({ ...row, changed_at: "", dt: "" })))].sort();

describe("what the project function tells, of any history", () => {
  it("is exactly what happened, once each, through shards out of order, batches that come again and a lake that fails", async () => {
    const holds = fc.asyncProperty(histories(20), fc.integer(), async (history, seed) => {
      const random = randomFrom(seed);
      const { store, stream } = await streamOf(history, random);
      const lake = memoryLakeWriter<LakeRows>();
      let now = 0;
      const handler = projectHandler({
        lake: unsteadyLake(lake, random),
        clock: () => now++,
        rules: tightRules,
        decode: fromItem,
        keyIn,
        onTrouble: () => {}, // It comes again.
      });
      for (const shard of shuffled(shardsOf(stream), random)) {
        for (let at = 0; at < shard.length; ) {
          const batch = shard.slice(at, at + 1 + Math.floor(random() * 5));
          const { batchItemFailures } = await handler({ Records: batch });
          const [failed] = batchItemFailures;
          const from = batch.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failed?.itemIdentifier);
          if (failed === undefined) at += random() < 0.2 ? 0 : batch.length;
          else at += from;
        }
      }
      const told: ChangeRows = {
        identity_changes: [...lake.rowsOf("identity_changes")],
        profile_changes: [...lake.rowsOf("profile_changes")],
        consent_changes: [...lake.rowsOf("consent_changes")],
        link_changes: [...lake.rowsOf("link_changes")],
      };
      const happened = rowsOf(stream.changes, tightRules);
      for (const table of TABLES) expect(onceEach(told[table]), table).toEqual(onceEach(happened[table]));
      const once = replayed(rowsOf(stream.changes, tightRules));
      expect(replayed(timeless(told))).toEqual(once);
      const profiles = await storedProfiles(store, history, tightRules);
      expect(once.identityMap).toEqual(
        Object.fromEntries(profiles.flatMap(({ id, identifiers }) => identifiers.map((each) => [each, id]))),
      );
    });
    await fc.assert(holds, { numRuns: 60 });
  });
});

/** Rows that were told again have another time, and say the same. */
const timeless = (rows: ChangeRows): ChangeRows => {
  const [changed_at, dt] = ["1970-01-01T00:00:00.000Z", "1970-01-01"];
  return {
    identity_changes: rows.identity_changes.map((row) => ({ ...row, changed_at, dt })),
    profile_changes: rows.profile_changes.map((row) => ({ ...row, changed_at, dt })),
    consent_changes: rows.consent_changes.map((row) => ({ ...row, changed_at, dt })),
    link_changes: rows.link_changes.map((row) => ({ ...row, changed_at, dt })),
  };
};
