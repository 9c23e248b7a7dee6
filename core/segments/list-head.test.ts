import { describe, expect, it } from "vitest";
import { headOf, isSameHead, linksOf, moveOf, NO_HEAD } from "./list-head.ts";
import type { ListLinkKeys } from "./list-link.ts";

const link = (version: number, base: number, nth: number, ends = true): ListLinkKeys => ({
  version,
  base,
  nth,
  ends,
  keys: 1,
  firsts: [],
});
const head = (version: number, base = version, nth = 1) => ({ version, base, nth });
const versions = (links: readonly ListLinkKeys[] | undefined) => links?.map(({ version }) => version);

describe("what a list is", () => {
  it("is its last link that counts, and is nobody before the first and after its end", () => {
    expect(headOf(undefined)).toEqual(NO_HEAD);
    expect(headOf({ lastVersion: 5, chain: null })).toEqual({ version: 5, base: 0, nth: 0 });
    const chain = { ...head(7, 5, 2), identifiers: 3, importedAt: 0 };
    expect(headOf({ lastVersion: 9, chain })).toEqual(head(7, 5, 2));
    expect(isSameHead(headOf({ lastVersion: 9, chain }), head(7, 5, 2))).toBe(true);
    // A version that was given out, and the import that ended under it.
    expect(isSameHead(headOf({ lastVersion: 5, chain: null }), head(5))).toBe(false);
  });

  it("is made of the links of its chain, of two in one place the later", () => {
    const all = [link(5, 5, 1), link(6, 5, 2), link(8, 5, 2), link(9, 5, 3), link(7, 7, 1)];
    expect(versions(linksOf(all, head(8, 5, 2)))).toEqual([5, 8]);
    expect(versions(linksOf(all.toReversed(), head(8, 5, 2)))?.sort()).toEqual([5, 8]);
    expect(linksOf(all, NO_HEAD)).toEqual([]);
    expect(linksOf([link(8, 5, 2)], head(8, 5, 2))).toBeUndefined();
    expect(linksOf([], head(8))).toBeUndefined();
  });
});

describe("who is to be looked at", () => {
  it("is whoever was added, where the list only grew", () => {
    const all = [link(5, 5, 1), link(6, 5, 2), link(8, 5, 3)];
    expect(moveOf(all, head(5), head(8, 5, 3))).toEqual({ links: [link(6, 5, 2), link(8, 5, 3)] });
  });

  it("is everybody of both, but whoever stayed, where it was replaced", () => {
    const all = [link(9, 8, 3), link(8, 8, 1, false), link(5, 5, 1), link(11, 8, 4), link(10, 8, 3, false)];
    const { links, stayed } = moveOf(all, head(5), head(11, 8, 4));
    expect(versions(links)).toEqual([5, 8, 9, 10, 11]);
    // As soon as the new list was one; what came later may have been missing for a while.
    expect(stayed?.map(({ version }) => version)).toEqual([5, 9]);
  });

  it("is everybody of all there were where it was something else in between, by which somebody may have been judged", () => {
    const all = [link(5, 5, 1), link(7, 7, 1), link(9, 9, 1)];
    expect(moveOf(all, head(5), head(9))).toEqual({ links: all });
    expect(moveOf(all, head(5), { version: 12, base: 0, nth: 0 })).toEqual({ links: all });
    expect(moveOf(all, { version: 12, base: 0, nth: 0 }, { version: 13, base: 0, nth: 0 })).toEqual({ links: all });
  });

  it("is everybody of both where the list was deleted in between, which is an import of nobody", () => {
    const gone = { ...link(7, 7, 1), keys: 0 };
    const all = [link(5, 5, 1), gone, link(9, 9, 1)];
    expect(moveOf(all, head(5), head(9))).toEqual({ links: all });
  });

  it("is nobody of an upload that never came to an end", () => {
    const all = [link(5, 5, 1), link(7, 7, 1, false), link(8, 7, 2, false), link(9, 9, 1)];
    expect(versions(moveOf(all, head(5), head(9)).links)).toEqual([5, 9]);
    expect(moveOf(all, head(5), head(9)).stayed).toBeDefined();
  });
});
