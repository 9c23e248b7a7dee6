import { describe, expect, it } from "vitest";
import type { Event } from "#core/events/event.ts";
import { type Identifier, type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import { evidenceOf } from "#core/profiles/evidence.ts";
import type { ProfileStore, Stored, StoreWrite } from "#core/profiles/ports.ts";

/** An empty store, how to open it again as after a death of the process (if it keeps anything), and how to let it go. */
export interface OpenedProfileStore {
  readonly store: ProfileStore;
  readonly reopen?: () => Promise<ProfileStore>;
  readonly close: () => Promise<void>;
}

const person = (value: string): Identifier => ({ type: "user_id", value });
const keyOf = (value: string): IdentifierKey => identifierKey(person(value));

/** A component with everything a store must keep: traits, consent, links, text of all kinds. */
function componentOf(value: string, version: number): Stored {
  const event: Event = {
    messageId: `m-${value}-${version}`,
    source: "shop",
    trust: "server",
    type: "identify",
    name: "identify",
    identifiers: [person(value), { type: "email", value: `${value}@example.org` }],
    eventTime: 1_000 + version,
    receivedAt: 1_000 + version,
    properties: { revenue: 12.5 },
    traits: { name: "Zoë 🛒 \u0000 'quoted'", list: [1, null, { deep: true }], constructor: "x" },
    context: {},
    consent: { email: true, ads: false },
  };
  const [component] = evidenceOf(event, () => false);
  if (component === undefined) throw new Error("an event with identifiers is evidence");
  return { kind: "component", version, component };
}

const pointerTo = (value: string, version: number): Stored => ({ kind: "pointer", version, to: keyOf(value) });

const put = (value: string, expected: number, next?: Stored): StoreWrite => ({
  key: keyOf(value),
  expected,
  next: next ?? componentOf(value, expected + 1),
});

/** What `ProfileStore` promises, for any store that says it is one. */
export function profileStoreContract(name: string, open: () => Promise<OpenedProfileStore>): void {
  const inStore = (promise: string, check: (opened: OpenedProfileStore) => Promise<void>): void => {
    it(promise, async () => {
      const opened = await open();
      try {
        await check(opened);
      } finally {
        await opened.close();
      }
    });
  };
  const made = new Set<number>();

  describe(`ProfileStore on ${name}: read`, () => {
    inStore("answers nothing for keys at which nothing stands, and for no keys", async ({ store }) => {
      expect(await store.read([keyOf("nobody")])).toEqual(new Map());
      expect(await store.read([])).toEqual(new Map());
    });
    inStore("answers components and pointers as they were written", async ({ store }) => {
      await store.write([[put("ana", 0)], [put("bob", 0, pointerTo("ana", 1))]]);
      const read = await store.read([keyOf("ana"), keyOf("bob"), keyOf("nobody")], { fresh: true });
      expect(read).toEqual(
        new Map([
          [keyOf("ana"), componentOf("ana", 1)],
          [keyOf("bob"), pointerTo("ana", 1)],
        ]),
      );
    });
    inStore("minds neither the order nor the repetition of keys", async ({ store }) => {
      await store.write([[put("ana", 0)], [put("bob", 0)]]);
      const keys = ["bob", "ana", "bob", "ana", "nobody", "nobody"].map(keyOf);
      expect([...(await store.read(keys, { fresh: true })).keys()].sort()).toEqual(["ana", "bob"].map(keyOf).sort());
    });
    inStore("answers more keys than one call of any engine takes", async ({ store }) => {
      const names = Array.from({ length: 230 }, (_, nth) => `p${nth}`);
      expect(await store.write(names.map((each) => [put(each, 0)]))).toEqual(made);
      expect((await store.read(names.map(keyOf), { fresh: true })).size).toBe(230);
    });
    inStore("sees, when fresh, every write that was answered before", async ({ store }) => {
      for (let version = 0; version < 20; version++) {
        await store.write([[put("ana", version)]]);
        const read = await store.read([keyOf("ana")], { fresh: true });
        expect(read.get(keyOf("ana"))?.version).toBe(version + 1);
      }
    });
  });

  describe(`ProfileStore on ${name}: write`, () => {
    inStore("refuses what expects another version, and leaves what stands", async ({ store }) => {
      await store.write([[put("ana", 0)]]);
      for (const expected of [0, 2, 7]) {
        expect(await store.write([[put("ana", expected)]])).toEqual(new Set([0]));
      }
      expect(await store.write([[put("nobody", 1)]])).toEqual(new Set([0]));
      expect(await store.read([keyOf("ana"), keyOf("nobody")], { fresh: true })).toEqual(
        new Map([[keyOf("ana"), componentOf("ana", 1)]]),
      );
    });
    inStore("lets versions leap, as merging makes them", async ({ store }) => {
      expect(await store.write([[put("ana", 0, componentOf("ana", 41))]])).toEqual(made);
      expect(await store.write([[put("ana", 41)]])).toEqual(made);
    });
    inStore("makes a list whole: a component and the pointers to it", async ({ store }) => {
      await store.write([[put("ana", 0)], [put("bob", 0)]]);
      const merge = [put("ana", 1, componentOf("ana", 3)), put("bob", 1, pointerTo("ana", 2))];
      expect(await store.write([merge])).toEqual(made);
      const read = await store.read([keyOf("ana"), keyOf("bob")], { fresh: true });
      expect([read.get(keyOf("ana"))?.version, read.get(keyOf("bob"))?.kind]).toEqual([3, "pointer"]);
    });
    inStore(
      "makes nothing of a list of which one version has moved, wherever it stands in the list",
      async ({ store }) => {
        await store.write([[put("ana", 0)], [put("bob", 0)]]);
        await store.write([[put("bob", 1)]]); // By itself: lists of one call have no order among them.
        const stale = put("bob", 1, pointerTo("ana", 2));
        const good = put("ana", 1, componentOf("ana", 3));
        const fresh = put("new", 0);
        for (const list of [
          [good, stale, fresh],
          [stale, good, fresh],
          [fresh, good, stale],
        ]) {
          expect(await store.write([list])).toEqual(new Set([0]));
        }
        const read = await store.read(["ana", "bob", "new"].map(keyOf), { fresh: true });
        expect(new Map([...read].map(([key, { version }]) => [key, version]))).toEqual(
          new Map([
            [keyOf("ana"), 1],
            [keyOf("bob"), 2],
          ]),
        );
      },
    );
    inStore("lets lists not affect one another, and says which were refused", async ({ store }) => {
      await store.write([[put("ana", 0)]]);
      const lists = [[put("bob", 0)], [put("ana", 0)], [put("eve", 0), put("ana", 5)], [put("ana", 1)]];
      expect(await store.write(lists)).toEqual(new Set([1, 2]));
      const read = await store.read(["ana", "bob", "eve"].map(keyOf), { fresh: true });
      expect(new Map([...read].map(([key, { version }]) => [key, version]))).toEqual(
        new Map([
          [keyOf("ana"), 2],
          [keyOf("bob"), 1],
        ]),
      );
    });
    inStore("takes a hundred writes in a list, and no lists at all", async ({ store }) => {
      const list = Array.from({ length: 100 }, (_, nth) => put(`p${nth}`, 0));
      expect(await store.write([list])).toEqual(made);
      expect(await store.write([])).toEqual(made);
      expect(await store.write([[...list.slice(1), put("late", 0)]])).toEqual(new Set([0]));
      expect((await store.read([keyOf("late")], { fresh: true })).size).toBe(0);
    });
    inStore("lets one of many writers of a version win, and only one", async ({ store }) => {
      for (let version = 0; version < 5; version++) {
        const race = Array.from({ length: 8 }, () => store.write([[put("ana", version)]]));
        const refused = (await Promise.all(race)).map(({ size }) => size);
        expect(refused.filter((size) => size === 0)).toHaveLength(1);
      }
    });
    inStore("keeps what it answered through the death of the process", async ({ store, reopen }) => {
      if (reopen === undefined) return;
      await store.write([[put("ana", 0)], [put("bob", 0, pointerTo("ana", 1))]]);
      const read = await (await reopen()).read([keyOf("ana"), keyOf("bob")], { fresh: true });
      expect([read.get(keyOf("ana")), read.get(keyOf("bob"))]).toEqual([componentOf("ana", 1), pointerTo("ana", 1)]);
    });
  });
}
