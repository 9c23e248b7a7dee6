import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "#adapters/local/database.ts";
import { openInbox } from "#adapters/local/inbox.ts";
import { DEFINITIONS_SCHEMA, sqliteDefinitions } from "#adapters/local/sqlite-definitions.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { identifierKey } from "#core/kernel/identifier.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { DAY } from "#core/kernel/time.ts";
import { profileIdOf } from "#core/profiles/profile-id.ts";
import type { Condition } from "#core/segments/condition.ts";
import { packedLink } from "#core/segments/list-link.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { openStores } from "./open-stores.ts";
import { openProcessor, type Processor } from "./processor.ts";

const START = Date.UTC(2026, 2, 1);

const userKey = (value: string) => identifierKey({ type: "user_id", value });

const ordered = (user: string, nth: number, more: Partial<Event> = {}): Event => ({
  messageId: `${user}-${nth}`,
  source: "web",
  trust: "server",
  type: "track",
  name: "Order Completed",
  identifiers: [{ type: "user_id", value: user }],
  eventTime: START,
  receivedAt: START,
  properties: {},
  traits: {},
  context: {},
  ...more,
});

describe("one machine keeps people's segments", () => {
  let now = START;
  let folder: DataFolder;
  let processor: Processor;
  const troubles: unknown[] = [];
  const open = () =>
    openProcessor({
      folder,
      rules: async () => defaultIdentityRules,
      clock: () => now,
      onSetAside: (error) => troubles.push(error),
    });
  beforeEach(async () => {
    now = START;
    troubles.length = 0;
    folder = openDataFolder(mkdtempSync(join(tmpdir(), "tributary-reactor-")));
    processor = await open();
  });
  afterEach(async () => {
    await processor.close();
    rmSync(folder.root, { recursive: true, force: true });
    expect(troubles).toEqual([]);
  });

  const define = async (id: string, condition: Condition | undefined): Promise<void> => {
    const database = openDatabase(folder.definitions, DEFINITIONS_SCHEMA);
    const segments = sqliteDefinitions<SegmentDefinition>(database, "segment", () => now);
    if (condition === undefined) await segments.delete(id);
    else await segments.put(id, { name: id, condition }, (await segments.get(id))?.version ?? 0);
    database.close();
  };
  const take = async (...events: readonly Event[]): Promise<void> => {
    const inbox = openInbox(folder.inbox);
    await inbox.intake.append({ events, badEvents: [] });
    inbox.close();
    while ((await processor.step()) > 0);
  };
  const rest = async (): Promise<void> => {
    while ((await processor.retell()) > 0);
  };
  /** What the lake will be told, in order: segment, change, cause. */
  const told = (): readonly string[] => {
    const database = openDatabase(folder.profiles, "");
    const lines = database
      .prepare(`SELECT text FROM changes WHERE "table" = 'segment_changes' ORDER BY position`)
      .all();
    database.close();
    const rows = lines.flatMap((line) => (line.text as string).trim().split("\n")).map((line) => JSON.parse(line));
    return rows.map(({ segment_id, change, cause }) => `${segment_id} ${change}: ${cause.replace(/#.*/, "#…")}`);
  };

  it("moves who did something in at once, and out when its time is over, with nothing happening", async () => {
    await define("buyers", { event: "Order Completed", within: { last: "30d" } });
    await take(ordered("ana", 1));
    expect(told()).toEqual(["buyers entered: event Order Completed #…"]);
    now = START + 30 * DAY - 1;
    await rest();
    expect(told()).toHaveLength(1);
    now = START + 30 * DAY;
    await rest();
    expect(told()).toEqual(["buyers entered: event Order Completed #…", "buyers left: time"]);
  });

  it("says nothing twice of what comes twice, nor after a restart", async () => {
    await define("buyers", { event: "Order Completed" });
    await take(ordered("ana", 1), ordered("ana", 1));
    await take(ordered("ana", 1));
    await processor.close();
    processor = await open();
    await take(ordered("ana", 2));
    await rest();
    expect(told()).toHaveLength(1);
  });

  it("looks at everybody where a segment is new, means something else, or is no more", async () => {
    await take(ordered("ana", 1), ordered("bo", 1, { type: "identify", name: "identify", traits: { plan: "pro" } }));
    await define("pros", { trait: "plan", eq: "pro" });
    await rest();
    expect(told()).toEqual(["pros entered: definition"]);
    await define("pros", { event: "Order Completed" });
    await rest();
    expect(told().slice(1).sort()).toEqual(["pros entered: definition", "pros left: definition"]);
    await define("pros", undefined);
    await rest();
    expect(told().slice(3)).toEqual(["pros left: definition"]);
  });

  it("moves people out of what they were in as somebody else, and shows on the profile what they are in", async () => {
    await define("twice", { event: "Order Completed", count: { gte: 2 } });
    const device = [{ type: "anonymous_id", value: "d1" }];
    await take(ordered("ana", 1), ordered("d1", 1, { identifiers: device }), ordered("d1", 2, { identifiers: device }));
    expect(told()).toEqual(["twice entered: event Order Completed #…"]);
    const login = [{ type: "user_id", value: "ana" }, ...device];
    await take(ordered("ana", 3, { identifiers: login, eventTime: START + 1, name: "Signed In" }));
    const stores = openStores(folder);
    const records = [...(await stores.memberships.of(await idsIn(folder))).values()];
    stores.close();
    expect(records.filter(({ memberships }) => "twice" in memberships)).toHaveLength(1);
    expect(told().filter((line) => line.includes("entered")).length).toBe(
      told().filter((line) => line.includes("left")).length + 1,
    );
  });

  const measure = async (run: number, values: Readonly<Record<string, JsonObject | undefined>>): Promise<void> => {
    const stores = openStores(folder);
    await stores.computed.write(
      Object.entries(values).map(([user, computed]) => ({
        profileId: profileIdOf(userKey(user)),
        run,
        ...(computed === undefined ? {} : { computed }),
      })),
    );
    stores.close();
  };
  const importAs = async (version: number, ...users: readonly string[]): Promise<void> => {
    const stores = openStores(folder);
    const { link, parts } = packedLink({ version, base: version, nth: 1, ends: true }, users.map(userKey));
    await stores.listKeys.write("fair", link, parts);
    const chain = { version, base: version, nth: 1, identifiers: users.length, importedAt: now };
    const list = { name: "Fair", lastVersion: version, chain, open: null };
    await stores.lists.put("fair", list, (await stores.lists.get("fair"))?.version ?? 0);
    stores.close();
  };

  it("looks at those whose computed traits moved, also those that moved while nobody looked", async () => {
    await define("regulars", { computed: "orders", gte: 2 });
    await take(ordered("ana", 1), ordered("bo", 1));
    await rest();
    await measure(1, { ana: { orders: 2 }, bo: { orders: 1 } });
    await rest();
    expect(told()).toEqual(["regulars entered: computed orders"]);
    await processor.close();
    await measure(2, { ana: { orders: 1 } });
    await measure(3, { bo: { orders: 5, spent: 9 }, ana: undefined });
    processor = await open();
    await rest();
    expect(told().slice(1).sort()).toEqual(["regulars entered: computed orders", "regulars left: computed orders"]);
    await rest();
    expect(told()).toHaveLength(3);
  });

  it("looks at those whom an import brought or lost, and at who comes with an identifier that is on a list", async () => {
    await define("fair", { list: "fair" });
    await take(ordered("ana", 1), ordered("bo", 1), ordered("cy", 1));
    await rest();
    await importAs(7, "ana", "bo", "dan");
    await rest();
    expect(told()).toEqual(["fair entered: list fair", "fair entered: list fair"]);
    await take(ordered("dan", 1));
    expect(told().slice(2)).toEqual(["fair entered: new"]);
    await processor.close();
    await importAs(8, "bo", "cy", "dan");
    processor = await open();
    await rest();
    expect(told().slice(3).sort()).toEqual(["fair entered: list fair", "fair left: list fair"]);
    const stores = openStores(folder);
    expect((await stores.listKeys.links("fair")).map(({ version }) => version)).toEqual([8]);
    stores.close();
  });
});

async function idsIn(folder: DataFolder) {
  const database = openDatabase(folder.profiles, "");
  const rows = database.prepare("SELECT profile_id FROM memberships").all();
  database.close();
  return rows.map((row) => row.profile_id as never);
}
