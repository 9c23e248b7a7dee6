import { describe, expect, it } from "vitest";
import type { ComputedStore } from "#core/computed/ports.ts";

export interface OpenedComputedStore {
  readonly store: ComputedStore;
  /** The same place, as a process sees it that starts now. */
  readonly reopen: () => Promise<ComputedStore>;
  readonly close: () => Promise<void>;
}

/** What `ComputedStore` promises. */
export function computedStoreContract(name: string, open: () => Promise<OpenedComputedStore>): void {
  const inPlace = (promise: string, check: (opened: OpenedComputedStore) => Promise<void>): void => {
    it(promise, async () => {
      const opened = await open();
      try {
        await check(opened);
      } finally {
        await opened.close();
      }
    });
  };
  const ana = { orders: 3, last_sku: "é'\"🎉", list: ["a", 1, true] };

  describe(`ComputedStore on ${name}`, () => {
    inPlace("has nothing at first", async ({ store }) => {
      expect(await store.read(["ana"])).toEqual(new Map());
      expect(await store.read([])).toEqual(new Map());
      await store.write([]);
    });
    inPlace("answers what was written, to whoever comes later too", async ({ store, reopen }) => {
      await store.write([
        { profileId: "ana", run: 1, computed: ana },
        { profileId: "bob", run: 1, computed: { orders: 1 } },
      ]);
      const wanted = new Map([["ana", { run: 1, computed: ana }]]);
      expect(await store.read(["ana", "cem", "ana"])).toEqual(wanted);
      expect(await (await reopen()).read(["ana"])).toEqual(wanted);
    });
    inPlace("replaces all of a profile's values, and takes the same run twice", async ({ store }) => {
      await store.write([{ profileId: "ana", run: 1, computed: ana }]);
      await store.write([{ profileId: "ana", run: 2, computed: { orders: 4 } }]);
      await store.write([{ profileId: "ana", run: 2, computed: { orders: 5 } }]);
      expect(await store.read(["ana"])).toEqual(new Map([["ana", { run: 2, computed: { orders: 5 } }]]));
    });
    inPlace("leaves what a later run wrote, and makes the other writes", async ({ store }) => {
      await store.write([{ profileId: "ana", run: 3, computed: ana }]);
      await store.write([
        { profileId: "ana", run: 2, computed: { orders: 1 } },
        { profileId: "bob", run: 2, computed: { orders: 2 } },
      ]);
      await store.write([{ profileId: "ana", run: 2 }]);
      expect((await store.read(["ana", "bob"])).get("ana")?.computed).toEqual(ana);
      expect((await store.read(["ana", "bob"])).get("bob")?.computed).toEqual({ orders: 2 });
    });
    inPlace("takes values away, also where there are none", async ({ store }) => {
      await store.write([{ profileId: "ana", run: 1, computed: ana }]);
      await store.write([
        { profileId: "ana", run: 2 },
        { profileId: "bob", run: 2 },
      ]);
      expect(await store.read(["ana", "bob"])).toEqual(new Map());
    });
    inPlace("reads and writes more than one call may hold", async ({ store }) => {
      const ids = Array.from({ length: 250 }, (_, nth) => `p${nth}`);
      await store.write(ids.map((profileId, orders) => ({ profileId, run: 1, computed: { orders } })));
      const found = await store.read(ids);
      expect(ids.map((id) => found.get(id)?.computed)).toEqual(ids.map((_, orders) => ({ orders })));
    });
  });
}
