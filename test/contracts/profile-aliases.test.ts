import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { type Identifier, identifierKey } from "#core/kernel/identifier.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import { changeRows } from "#core/profiles/change-rows.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import { type DuckDbLake, duckDbLake } from "#test/support/duckdb-lake.ts";

const ana: Identifier = { type: "user_id", value: "ana" };
const phone: Identifier = { type: "anonymous_id", value: "phone" };
const idNamedBy = (identifier: Identifier): string => `p_${identifierKey(identifier)}`;

const seen = (messageId: string, at: number, ...identifiers: readonly Identifier[]): Event => ({
  messageId,
  source: "web",
  trust: "server",
  type: "track",
  name: "Seen",
  identifiers,
  eventTime: at,
  receivedAt: at,
  properties: {},
  traits: {},
  context: {},
});

describe("the lake's view of former profile ids", () => {
  let lake: DuckDbLake;
  beforeAll(async () => {
    lake = await duckDbLake();
  });
  afterAll(() => lake.close());

  it("leads from every id that a merge took away to who holds its identifiers now, and forgets it on the way back", async () => {
    const store = memoryProfileStore();
    const absorb = async (events: readonly Event[], assertions: readonly Assertion[] = []): Promise<void> => {
      const { changes } = await absorbEvents(
        { store, pause: async () => {} },
        { events, assertions },
        defaultIdentityRules,
      );
      for (const change of changes) {
        const rows = changeRows(change, defaultIdentityRules, 1_000);
        await lake.append("identity_changes", rows.identity_changes);
      }
    };
    const aliases = async () => (await lake.query("SELECT alias, profile_id FROM profile_aliases")).rows;

    await absorb([seen("m1", 1, phone), seen("m2", 2, ana)]);
    expect(await aliases()).toEqual([]);
    await absorb([seen("m3", 3, ana, phone)]);
    expect(await aliases()).toEqual([[idNamedBy(ana), idNamedBy(phone)]]);
    const home = [...store.all.values()].find((stored) => stored.kind === "component");
    const links = home?.kind === "component" ? [...home.component.links.keys()] : [];
    await absorb(
      [],
      links.map((link) => ({ kind: "retraction", link })),
    );
    expect(await aliases()).toEqual([]);
  });

  it("leads from an id to who holds the identifier it names, not to who was once in that profile too", async () => {
    await lake.clear();
    const tablet: Identifier = { type: "device_id", value: "tablet" };
    const store = memoryProfileStore();
    const absorb = async (events: readonly Event[], assertions: readonly Assertion[] = []): Promise<void> => {
      const batch = { events, assertions };
      const { changes } = await absorbEvents({ store, pause: async () => {} }, batch, defaultIdentityRules);
      for (const change of changes) {
        const rows = changeRows(change, defaultIdentityRules, 1_000);
        await lake.append("identity_changes", rows.identity_changes);
      }
    };
    await absorb([seen("m1", 1, phone), seen("m2", 2, ana), seen("m3", 3, ana, phone)]);
    const [home] = [...store.all.values()].flatMap((stored) => (stored.kind === "component" ? [stored.component] : []));
    await absorb(
      [],
      [...(home?.links.keys() ?? [])].map((link) => ({ kind: "retraction", link })),
    );
    await absorb([seen("m4", 0, tablet, phone)]);
    const { rows } = await lake.query("SELECT alias, profile_id FROM profile_aliases");
    expect(rows).toEqual([[idNamedBy(phone), idNamedBy(tablet)]]);
  });
});
