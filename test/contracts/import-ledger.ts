import { describe, expect, it } from "vitest";
import type { ImportProgress } from "#core/imports/import-progress.ts";
import type { ImportLedger } from "#core/imports/ports.ts";
import { NOTHING_YET } from "#core/imports/tally.ts";

const progress = (id: string, startedAt: number): ImportProgress => ({
  id,
  source: "shop",
  mapping: "orders",
  mappingDigest: "digest",
  file: `${id}.csv`,
  contentHash: `hash of ${id}`,
  startedAt,
  rowsDone: 0,
  tally: NOTHING_YET,
});

/** What every ledger of imports promises. `open` opens the same ledger each time. */
export function importLedgerContract(name: string, open: () => ImportLedger): void {
  describe(`the ${name} import ledger`, () => {
    it("knows nothing of imports that never began", async () => {
      expect(await open().get("never")).toBeUndefined();
    });

    it("answers what was put last, to whoever opens it next", async () => {
      const later = {
        ...progress("a", 1),
        rowsDone: 7,
        tally: { ...NOTHING_YET, revenue: { EUR: { sum: 1, lost: 0 } } },
      };
      await open().put(progress("a", 1));
      await open().put(later);
      expect(await open().get("a")).toEqual(later);
      await open().put({ ...later, finishedAt: 9 });
      expect(await open().get("a")).toEqual({ ...later, finishedAt: 9 });
    });

    it("lists every import once, the latest first", async () => {
      const ledger = open();
      for (const [id, at] of [
        ["x", 5],
        ["y", 50],
        ["z", 20],
      ] as const)
        await ledger.put(progress(id, at));
      const listed = (await ledger.list()).map(({ id }) => id);
      expect(listed.filter((id) => "xyz".includes(id))).toEqual(["y", "z", "x"]);
      expect(new Set(listed).size).toBe(listed.length);
    });
  });
}
