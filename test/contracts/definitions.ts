import { describe, expect, it } from "vitest";
import type { Clock, Definitions } from "#core/kernel/ports.ts";

interface Thing {
  readonly name: string;
  readonly parts: readonly number[];
}

/** Definitions of one kind, empty, whose clock is `now`. */
export interface OpenedDefinitions {
  readonly definitions: Definitions<Thing>;
  /** Definitions of another kind in the same place, where one place holds several kinds. */
  readonly otherKind?: Definitions<Thing>;
  readonly close: () => Promise<void>;
}

const soup: Thing = { name: "soupe à l'oignon 'gratinée'", parts: [1, 2] };
const salad: Thing = { name: "salad", parts: [] };

/** What `Definitions` promises. */
export function definitionsContract(name: string, open: (now: Clock) => Promise<OpenedDefinitions>): void {
  const inPlace = (promise: string, check: (opened: OpenedDefinitions) => Promise<void>): void => {
    it(promise, async () => {
      const opened = await open(() => 1_234);
      try {
        await check(opened);
      } finally {
        await opened.close();
      }
    });
  };

  describe(`Definitions on ${name}`, () => {
    inPlace("has nothing at first", async ({ definitions }) => {
      expect(await definitions.get("soup")).toBeUndefined();
      expect(await definitions.list()).toEqual([]);
      expect(await definitions.delete("soup")).toBe(false);
    });
    inPlace("stores a first version and answers it", async ({ definitions }) => {
      const stored = await definitions.put("soup", soup, 0);
      expect(stored).toEqual({ id: "soup", version: 1, updatedAt: 1_234, definition: soup });
      expect(await definitions.get("soup")).toEqual(stored);
    });
    inPlace("counts versions, and refuses whoever was second", async ({ definitions }) => {
      await definitions.put("soup", soup, 0);
      expect(await definitions.put("soup", salad, 0)).toBeUndefined();
      expect(await definitions.put("soup", salad, 2)).toBeUndefined();
      expect((await definitions.get("soup"))?.definition).toEqual(soup);
      expect((await definitions.put("soup", salad, 1))?.version).toBe(2);
      expect((await definitions.get("soup"))?.definition).toEqual(salad);
      expect(await definitions.put("nothing", salad, 3)).toBeUndefined();
    });
    inPlace("lets one of several at once win", async ({ definitions }) => {
      const answers = await Promise.all(Array.from({ length: 6 }, () => definitions.put("soup", soup, 0)));
      expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
    });
    inPlace("lists all in text order of ids", async ({ definitions }) => {
      const ids = ["b", "a", "a-1", "B", "é", "\u{1f35c}", "\uff21"];
      for (const id of ids) await definitions.put(id, soup, 0);
      expect((await definitions.list()).map(({ id }) => id)).toEqual([...ids].sort());
    });
    inPlace("deletes, says whether there was something, and begins anew", async ({ definitions }) => {
      await definitions.put("soup", soup, 0);
      await definitions.put("soup", soup, 1);
      expect(await definitions.delete("soup")).toBe(true);
      expect(await definitions.delete("soup")).toBe(false);
      expect(await definitions.get("soup")).toBeUndefined();
      expect((await definitions.put("soup", soup, 0))?.version).toBe(1);
    });
    inPlace("keeps kinds apart", async ({ definitions, otherKind }) => {
      if (otherKind === undefined) return;
      await definitions.put("soup", soup, 0);
      expect(await otherKind.get("soup")).toBeUndefined();
      expect(await otherKind.list()).toEqual([]);
      expect((await otherKind.put("soup", salad, 0))?.version).toBe(1);
      expect((await definitions.get("soup"))?.definition).toEqual(soup);
    });
  });
}
