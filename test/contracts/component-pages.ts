import { describe, expect, it } from "vitest";
import { type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import { emptyComponent } from "#core/profiles/component.ts";
import type { ComponentAt, ComponentPages, ProfileStore, StoreWrite } from "#core/profiles/ports.ts";

/** An empty store and the pages of what is written to it. */
export interface OpenedPages {
  readonly store: ProfileStore;
  readonly pages: ComponentPages;
  readonly close: () => Promise<void>;
}

const person = (nth: number) => ({ type: "user_id", value: `u${nth}` });
const keyOf = (nth: number): IdentifierKey => identifierKey(person(nth));

const component = (nth: number, expected = 0): StoreWrite => {
  const members = new Map([[keyOf(nth), { identifier: person(nth), firstSeen: nth, lastSeen: nth }]]);
  const next = { kind: "component", version: expected + 1, component: { ...emptyComponent, members } } as const;
  return { key: keyOf(nth), expected, next };
};

const pointer = (nth: number, to: number, expected = 0): StoreWrite => ({
  key: keyOf(nth),
  expected,
  next: { kind: "pointer", version: expected + 1, to: keyOf(to) },
});

/** Walks all pages, doing something after each. */
async function walk(pages: ComponentPages, limit: number, between = async (): Promise<void> => {}) {
  const found: ComponentAt[] = [];
  let looked = 0;
  for (let after: string | undefined; ; ) {
    const page = await pages.page(after, limit);
    expect(page.looked).toBeLessThanOrEqual(limit);
    found.push(...page.components);
    looked += page.looked;
    after = page.next;
    if (after === undefined) return { found, looked };
    await between();
  }
}

/** What `ComponentPages` promises, for any store that says it has them. */
export function componentPagesContract(name: string, open: () => Promise<OpenedPages>): void {
  const inStore = (promise: string, check: (opened: OpenedPages) => Promise<void>): void => {
    it(promise, async () => {
      const opened = await open();
      try {
        await check(opened);
      } finally {
        await opened.close();
      }
    });
  };
  const numbers = (count: number, from = 0): readonly number[] => Array.from({ length: count }, (_, nth) => from + nth);
  const keysIn = (found: readonly ComponentAt[]): readonly string[] => found.map(({ key }) => key).sort();

  describe(`ComponentPages on ${name}`, () => {
    inStore("is one empty page where nothing is stored", async ({ pages }) => {
      expect(await pages.page(undefined, 10)).toEqual({ components: [], looked: 0 });
      expect(await pages.size()).toBe(0);
    });
    inStore("answers every component once, whatever the size of pages, and no pointer", async ({ store, pages }) => {
      await store.write(numbers(25).map((nth) => [component(nth)]));
      await store.write(numbers(10, 25).map((nth) => [pointer(nth, nth - 25)]));
      for (const limit of [1, 7, 35, 100]) {
        const { found, looked } = await walk(pages, limit);
        expect(keysIn(found)).toEqual(numbers(25).map(keyOf).sort());
        expect(looked).toBe(35);
      }
      expect(await pages.size()).toBe(35);
    });
    inStore("answers components as they stand, with their versions", async ({ store, pages }) => {
      await store.write([[component(1)]]);
      await store.write([[component(1, 1)]]);
      const { found } = await walk(pages, 10);
      expect(found).toEqual([{ key: keyOf(1), version: 2, component: componentIn(component(1)) }]);
    });
    inStore("answers what stands there all the while once, while others come and go", async ({ store, pages }) => {
      await store.write(numbers(20).map((nth) => [component(nth)]));
      let next = 100;
      const { found } = await walk(pages, 3, async () => {
        await store.write([[component(next++)]]);
        await store.write([[pointer(19, 0, 1)]]);
      });
      for (const nth of numbers(19)) expect(found.filter(({ key }) => key === keyOf(nth))).toHaveLength(1);
    });
  });
}

const componentIn = ({ next }: StoreWrite) => (next.kind === "component" ? next.component : emptyComponent);
