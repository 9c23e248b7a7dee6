import { describe, expect, it } from "vitest";
import { type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import { keysInPart, packedLink } from "#core/segments/list-link.ts";
import type { ListKeys } from "#core/segments/ports.ts";

export interface OpenedListKeys {
  readonly listKeys: ListKeys;
  /** The same place, as a process sees it that starts now. */
  readonly reopen: () => Promise<ListKeys>;
  readonly close: () => Promise<void>;
}

const keyOf = (nth: number): IdentifierKey => identifierKey({ type: "email", value: `${nth}@example.org` });
const some = (from: number, to: number): readonly IdentifierKey[] =>
  Array.from({ length: to - from }, (_, nth) => keyOf(from + nth));

const packed = (version: number, keys: readonly IdentifierKey[], { base = version, nth = 1, partKeys = 2_000 } = {}) =>
  packedLink({ version, base, nth, ends: true }, keys, partKeys);

/** What `ListKeys` promises. */
export function listKeysContract(name: string, open: () => Promise<OpenedListKeys>): void {
  const inPlace = (promise: string, check: (opened: OpenedListKeys) => Promise<void>): void => {
    it(promise, async () => {
      const opened = await open();
      try {
        await check(opened);
      } finally {
        await opened.close();
      }
    });
  };
  const write = (listKeys: ListKeys, listId: string, { link, parts }: ReturnType<typeof packed>) =>
    listKeys.write(listId, link, parts);
  const read = async (listKeys: ListKeys, listId: string, version: number, parts: number) => {
    const places = Array.from({ length: parts }, (_, part) => ({ listId, version, part }));
    return (await listKeys.parts(places)).map((text) => text && keysInPart(text, 0, text.length));
  };

  describe(`ListKeys on ${name}`, () => {
    inPlace("has nothing at first", async ({ listKeys }) => {
      expect(await listKeys.links("fair")).toEqual([]);
      expect(await listKeys.parts([])).toEqual([]);
      expect(await listKeys.parts([{ listId: "fair", version: 1, part: 0 }])).toEqual([undefined]);
      await listKeys.remove("fair", 9);
    });
    inPlace("answers what was written, to whoever comes later too", async ({ listKeys, reopen }) => {
      const keys = some(0, 7);
      await write(listKeys, "fair", packed(5, keys, { partKeys: 3 }));
      const later = await reopen();
      const [link] = await later.links("fair");
      expect(link).toEqual(packed(5, keys, { partKeys: 3 }).link);
      expect(await later.links("other")).toEqual([]);
      expect((await read(later, "fair", 5, 3)).flat()).toEqual([...keys].sort());
      expect(await read(later, "fair", 4, 1)).toEqual([undefined]);
      expect(await read(later, "fair", 5, 4)).toHaveLength(4);
      expect((await read(later, "fair", 5, 4))[3]).toBeUndefined();
    });
    inPlace("holds several links of several lists, and one that brought nobody", async ({ listKeys }) => {
      await write(listKeys, "fair", packed(5, some(0, 2)));
      await write(listKeys, "fair", packed(6, [], { base: 5, nth: 2 }));
      await write(listKeys, "other", packed(5, some(9, 10)));
      await write(listKeys, "fair", packed(6, [], { base: 5, nth: 2 }));
      expect((await listKeys.links("fair")).map(({ version, nth, keys }) => [version, nth, keys]).sort()).toEqual([
        [5, 1, 2],
        [6, 2, 0],
      ]);
      const places = ["other", "fair", "other"].map((listId) => ({ listId, version: 5, part: 0 }));
      const [one, two, three] = await listKeys.parts(places);
      expect(one).toBe(keyOf(9));
      expect(two).toHaveLength(2 * keyOf(0).length);
      expect(three).toBe(one);
    });
    inPlace("takes away the chains that began before a version, and nothing else", async ({ listKeys }) => {
      await write(listKeys, "fair", packed(5, some(0, 5), { partKeys: 2 }));
      await write(listKeys, "fair", packed(8, some(0, 5), { base: 5, nth: 2, partKeys: 2 }));
      await write(listKeys, "fair", packed(7, some(5, 6)));
      await write(listKeys, "other", packed(1, some(0, 1)));
      await listKeys.remove("fair", 7);
      await listKeys.remove("fair", 7);
      expect((await listKeys.links("fair")).map(({ version }) => version)).toEqual([7]);
      expect(await read(listKeys, "fair", 5, 2)).toEqual([undefined, undefined]);
      expect(await read(listKeys, "fair", 8, 1)).toEqual([undefined]);
      expect(await read(listKeys, "fair", 7, 1)).toEqual([[keyOf(5)]]);
      expect(await read(listKeys, "other", 1, 1)).toEqual([[keyOf(0)]]);
    });
    inPlace("reads and writes more than one call may hold", async ({ listKeys }) => {
      const keys = some(0, 260);
      const { link, parts } = packed(3, keys, { partKeys: 2 });
      await listKeys.write("fair", link, parts);
      expect((await read(listKeys, "fair", 3, link.firsts.length)).flat()).toEqual([...keys].sort());
      await listKeys.remove("fair", 4);
      expect(new Set(await read(listKeys, "fair", 3, link.firsts.length))).toEqual(new Set([undefined]));
    });
  });
}
