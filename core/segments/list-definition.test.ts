import { describe, expect, it } from "vitest";
import {
  type ImportMode,
  type ListDefinition,
  type ListLink,
  nextLink,
  reservedFor,
  withLink,
} from "./list-definition.ts";

const EMPTY: ListDefinition = { name: "VIP", lastVersion: 0, chain: null, open: null };

function reserved(list: ListDefinition, mode: ImportMode): readonly [ListDefinition, ListLink] {
  const link = nextLink(list, mode, 0);
  if (link === undefined) throw new Error(`nothing to ${mode}`);
  return [reservedFor(list, mode, link), link];
}

function imported(list: ListDefinition, mode: ImportMode, more = false): ListDefinition {
  const [begun, link] = reserved(list, mode);
  return withLink(begun, mode, link, { identifiers: 1, more, now: 0 });
}

describe("an upload in parts", () => {
  const adding = imported(imported(EMPTY, "replace"), "append", true);

  it("is given up where something is added, even where that dies: continued, it would be made of both", () => {
    const [died] = reserved(adding, "append");
    expect(nextLink(died, "continue", 0)).toBeUndefined();
    expect(died.chain).toEqual(adding.chain);
  });

  it("goes on after a part of it died, in that part's place", () => {
    const [died, lost] = reserved(adding, "continue");
    expect(nextLink(died, "continue", 0)).toEqual({ ...lost, version: lost.version + 1 });
  });

  it("goes on where what was to replace the list died: that would have been another chain", () => {
    const [died] = reserved(adding, "replace");
    expect(imported(died, "continue").chain).toMatchObject({ base: adding.chain?.base, nth: 3 });
  });
});
