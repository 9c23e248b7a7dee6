import type { DynamoDBStreamEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { fromItem, keyIn, toItem } from "#adapters/aws/component-item.ts";
import { memoryLakeWriter } from "#adapters/memory/lake-writer.ts";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { LakeRows } from "#contracts/lake.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import type { Identifier } from "#core/kernel/identifier.ts";
import { absorbEvents, type ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import { humanLink, retractionOf } from "#core/profiles/link-act.ts";
import { duckDbLake } from "#test/support/duckdb-lake.ts";
import { projectHandler } from "./handler.ts";

const ana: Identifier = { type: "user_id", value: "ana" };
const visit: Identifier = { type: "anonymous_id", value: "v1" };

const event = (messageId: string, ...identifiers: readonly Identifier[]): Event => ({
  messageId,
  source: "shop",
  trust: "server",
  type: "identify",
  name: "identify",
  identifiers,
  eventTime: 1_000,
  receivedAt: 1_000,
  properties: {},
  traits: { city: "Lyon" },
  context: {},
  consent: { email: true },
});

type Image = NonNullable<NonNullable<DynamoDBStreamEvent["Records"][number]["dynamodb"]>["NewImage"]>;

/** Bytes are base64 in a stream's record. */
const imageOf = (...item: Parameters<typeof toItem>): Image =>
  Object.fromEntries(
    Object.entries(toItem(...item)).map(([name, value]) => [
      name,
      "B" in value ? { B: Buffer.from(value.B).toString("base64") } : value,
    ]),
  );

function streamOf(changes: readonly ComponentChange[]): DynamoDBStreamEvent {
  return {
    Records: changes.map(({ key, before, after }, at) => ({
      dynamodb: {
        SequenceNumber: `s${at}`,
        ...(before === undefined ? {} : { OldImage: imageOf(key, before) }),
        NewImage: imageOf(key, after),
      },
    })),
  };
}

/** The changes that absorbing these events makes, one batch for each list. */
async function changesOf(...batches: readonly (readonly Event[])[]): Promise<readonly ComponentChange[]> {
  const store = memoryProfileStore();
  const changes: ComponentChange[] = [];
  for (const events of batches) {
    const absorbed = await absorbEvents(
      { store, pause: async () => {} },
      { events, assertions: [] },
      defaultIdentityRules,
    );
    changes.push(...absorbed.changes);
  }
  return changes;
}

function recordingWorld(options: { readonly failing?: boolean } = {}) {
  const lake = memoryLakeWriter<LakeRows>();
  const troubles: string[] = [];
  const handler = projectHandler({
    lake: options.failing ? { append: async () => Promise.reject(new Error("throttled")) } : lake,
    clock: () => 2_000,
    rules: defaultIdentityRules,
    decode: fromItem,
    keyIn,
    onTrouble: (_error, at) => troubles.push(at),
  });
  return { handler, lake, troubles };
}

describe("the project function", () => {
  it("tells the lake who belongs to whom, what they look like and what they allowed", async () => {
    const { handler, lake } = recordingWorld();
    const answer = await handler(streamOf(await changesOf([event("m1", visit)], [event("m2", ana, visit)])));
    expect(answer).toEqual({ batchItemFailures: [] });
    const identities = lake.rowsOf("identity_changes");
    const homes = new Map(identities.map(({ identity_key, profile_id }) => [identity_key, profile_id]));
    expect([...homes.keys()].sort()).toEqual(["anonymous_id:v1", "user_id:ana"]);
    expect(new Set(homes.values()).size).toBe(1);
    expect(lake.rowsOf("profile_changes").at(-1)?.traits).toBe('{"city":"Lyon"}');
    const words = lake.rowsOf("consent_changes").map(({ profile_id, state }) => [profile_id, state]);
    const [home, former] = [homes.get("user_id:ana"), identities[0]?.profile_id];
    expect(words).toEqual([
      [former, "granted"],
      [home, "granted"],
      [former, "unknown"],
    ]);
  });

  it("tells who asserted and took back which link, and why, also of an act the stream tells twice", async () => {
    const store = memoryProfileStore();
    const changes: ComponentChange[] = [];
    const said = async (...assertions: readonly Assertion[]) => {
      const absorbed = await absorbEvents(
        { store, pause: async () => {} },
        { events: [], assertions },
        defaultIdentityRules,
      );
      changes.push(...absorbed.changes);
    };
    const link = humanLink([ana, visit], "same", { who: "chloe", at: 5, reason: "called", act: "merge" }, undefined);
    await said(link);
    await said(retractionOf(link.link.id, { who: "ben", at: 9, reason: "a typo", act: "split" }));
    const { handler, lake } = recordingWorld();
    const stream = streamOf(changes);
    await handler({ Records: [...stream.Records, ...stream.Records] });
    const told = lake
      .rowsOf("link_changes")
      .map(({ change, act, who, reason, stated_at }) => [change, act, who, reason, stated_at]);
    const acts = [
      ["asserted", "merge", "chloe", "called", "1970-01-01T00:00:00.005Z"],
      ["retracted", "split", "ben", "a typo", "1970-01-01T00:00:00.009Z"],
    ];
    expect(told).toEqual([...acts, ...acts]);
    const sql = await duckDbLake();
    await sql.append("link_changes", lake.rowsOf("link_changes"));
    expect((await sql.query("SELECT change, act, who, reason FROM link_audit ORDER BY change")).rows).toEqual(
      acts.map((act) => act.slice(0, 4)),
    );
    sql.close();
  });

  it("changes no answer where the stream, or Firehose, tells the same again", async () => {
    const { handler, lake } = recordingWorld();
    const stream = streamOf(await changesOf([event("m1", visit)], [event("m2", ana, visit)]));
    await handler(stream);
    const once = {
      identity_changes: lake.rowsOf("identity_changes"),
      profile_changes: lake.rowsOf("profile_changes"),
      consent_changes: lake.rowsOf("consent_changes"),
    };
    const sql = await duckDbLake();
    const answers = async () =>
      await Promise.all(
        ["identity_map", "profiles", "profile_aliases"].map(
          async (view) => (await sql.query(`SELECT * FROM ${view} ORDER BY profile_id, 1`)).rows,
        ),
      );
    const tell = async (changed_at?: string) => {
      for (const [table, rows] of Object.entries(once)) {
        const told = rows.toReversed().map((row) => ({ ...row, ...(changed_at === undefined ? {} : { changed_at }) }));
        await sql.append(table as keyof typeof once, told);
      }
    };
    await tell();
    const first = await answers();
    await tell();
    await tell("2099-01-01T00:00:00.000Z");
    expect(await answers()).toEqual(first);
    expect(first.flat().length).toBeGreaterThan(1);
    sql.close();
  });

  it("stops at a record it cannot read, tells what stood before it, and answers where it stopped", async () => {
    const { handler, lake, troubles } = recordingWorld();
    const stream = streamOf(await changesOf([event("m1", ana)], [event("m2", visit)]));
    const [first, second] = stream.Records;
    const unreadable = { dynamodb: { SequenceNumber: "bad", NewImage: { k: { S: "0x" }, v: { N: "1" } } } };
    const answer = await handler({ Records: [first, unreadable, second].flatMap((record) => record ?? []) });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "bad" }] });
    expect(troubles).toEqual(["bad"]);
    expect(lake.rowsOf("identity_changes").map(({ identity_key }) => identity_key)).toEqual(["user_id:ana"]);
  });

  it("answers the first record where the lake cannot be told, so that the whole batch comes again", async () => {
    const { handler, troubles } = recordingWorld({ failing: true });
    const answer = await handler(streamOf(await changesOf([event("m1", ana)])));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "s0" }] });
    expect(troubles).toEqual(["s0"]);
  });

  it("has nothing to tell of pointers and of deletions", async () => {
    const { handler, lake } = recordingWorld();
    const pointer = imageOf("0a" as never, { kind: "pointer", version: 1, to: "0b" as never });
    const records = [{ dynamodb: { SequenceNumber: "1", NewImage: pointer } }, { dynamodb: { SequenceNumber: "2" } }];
    expect(await handler({ Records: records })).toEqual({ batchItemFailures: [] });
    expect(lake.rowsOf("profile_changes")).toEqual([]);
  });
});
