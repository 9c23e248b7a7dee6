import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import { type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import { profileIdOf } from "#core/profiles/profile-id.ts";
import type { ListDefinition } from "#core/segments/list-definition.ts";
import { packedLink } from "#core/segments/list-link.ts";
import { besideProfiles } from "#core/segments/realtime/beside-profiles.flow.ts";
import { listLookup } from "#core/segments/realtime/list-lookup.flow.ts";
import type { OpenedBeside } from "./beside-in-motion.ts";

const keyOf = (nth: number): IdentifierKey => identifierKey({ type: "user_id", value: `u${nth}` });
/** Somebody known by these. */
const known = (...nths: readonly number[]) => ({ id: profileIdOf(keyOf(nths[0] ?? 0)), keys: nths.map(keyOf) });
const FAIR = { computed: false, lists: ["fair"] };

/** What `BesideProfiles` promises, by what its stores hold. */
export function besideProfilesContract(
  name: string,
  open: () => Promise<OpenedBeside & { readonly close: () => Promise<void> }>,
): void {
  describe(`what stands beside profiles, in ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>;
    const lists = memoryDefinitions<ListDefinition>(() => 0);
    const asked = { reads: 0, parts: 0 };
    beforeEach(async () => {
      opened = await open();
      await lists.delete("fair");
      Object.assign(asked, { reads: 0, parts: 0 });
    });
    afterEach(() => opened.close());

    const beside = (keptParts?: number) => {
      const { listKeys, computed } = opened;
      const parts: typeof listKeys.parts = (places) => {
        asked.parts++;
        return listKeys.parts(places);
      };
      const read: typeof computed.read = (ids) => {
        asked.reads++;
        return computed.read(ids);
      };
      return besideProfiles({
        computed: { read },
        lists: listLookup({ lists, listKeys: { ...listKeys, parts } }, keptParts),
      });
    };
    /** Puts a list in the place of what there is, of one link for each of these. */
    const replace = async (version: number, ...links: readonly (readonly number[])[]): Promise<void> => {
      const base = version;
      for (const [at, nths] of links.entries()) {
        const link = { version: version + at, base, nth: at + 1, ends: true };
        const { link: made, parts } = packedLink(link, nths.map(keyOf), 3);
        await opened.listKeys.write("fair", made, parts);
      }
      await defineAs(version, links.length);
    };
    const defineAs = async (base: number, nth: number): Promise<void> => {
      const version = base + nth - 1;
      const chain = { version, base, nth, identifiers: 0, importedAt: 0 };
      const list = { name: "Fair", lastVersion: version, chain, open: null };
      await lists.put("fair", list, (await lists.get("fair"))?.version ?? 0);
    };

    it("is the computed traits that were measured, and none where nobody was", async () => {
      await opened.computed.write([{ profileId: known(1).id, run: 1, computed: { orders: 2 } }]);
      const found = await beside().of([known(1, 2), known(3)], { computed: true, lists: [] });
      expect([...found].map(([id, { computed }]) => [id, computed])).toEqual([
        [known(1).id, { orders: 2 }],
        [known(3).id, {}],
      ]);
      expect(asked).toEqual({ reads: 1, parts: 0 });
    });

    it("is not read where nobody wants it", async () => {
      await replace(5, [1]);
      const found = await beside().of([known(1)], FAIR);
      expect(found.get(known(1).id)?.computed).toBeUndefined();
      await beside().of([known(1)], { computed: true, lists: [] });
      expect(asked).toEqual({ reads: 1, parts: 1 });
    });

    it("is the lists on which any of a profile's identifiers is, by whichever import it came", async () => {
      await replace(5, [1, 2, 3, 4, 5, 6, 7], [], [8, 2]);
      const people = [known(0, 4), known(9, 8), known(2), known(10), known(11, 12)];
      const found = await beside().of(people, FAIR);
      expect(people.map(({ id }) => found.get(id)?.lists?.has("fair"))).toEqual([true, true, true, false, false]);
    });

    it("is on no list that is not there, or was deleted", async () => {
      const on = async () => (await beside().of([known(1)], FAIR)).get(known(1).id)?.lists?.has("fair");
      expect(await on()).toBe(false);
      await replace(5, [1]);
      expect(await on()).toBe(true);
      const gone: ListDefinition = { name: "Fair", lastVersion: 6, chain: null, open: null, deleted: true };
      await lists.put("fair", gone, (await lists.get("fair"))?.version ?? 0);
      expect(await on()).toBe(false);
    });

    it("is not known of a list whose identifiers are not all at hand", async () => {
      await replace(5, [1], [2]);
      await defineAs(5, 3);
      const found = await beside().of([known(1)], { computed: false, lists: ["fair", "other"] });
      expect(found.get(known(1).id)?.lists?.has("fair")).toBeUndefined();
      expect(found.get(known(1).id)?.lists?.has("other")).toBe(false);
    });

    it("is as it stands after what was done before, also for whoever looked before", async () => {
      const looking = beside();
      const on = async (...nths: readonly number[]) => {
        const found = await looking.of(
          nths.map((nth) => known(nth)),
          FAIR,
        );
        return nths.map((nth) => found.get(known(nth).id)?.lists?.has("fair"));
      };
      await replace(5, [1, 2]);
      expect(await on(1, 2, 3)).toEqual([true, true, false]);
      await replace(8, [2, 3]);
      expect(await on(1, 2, 3)).toEqual([false, true, true]);
      await opened.listKeys.remove("fair", 8);
      expect(await on(1, 2, 3)).toEqual([false, true, true]);
    });

    it("is found for many at once, in few calls, however little is kept at hand", async () => {
      const all = Array.from({ length: 250 }, (_, nth) => nth);
      await replace(
        5,
        all.filter((nth) => nth % 2 === 0),
        all.filter((nth) => nth % 5 === 0),
      );
      await opened.computed.write(all.map((nth) => ({ profileId: known(nth).id, run: 1, computed: { orders: nth } })));
      const people = all.map((nth) => known(nth));
      const looking = beside(2);
      for (let times = 1; times <= 2; times++) {
        const found = await looking.of(people, { computed: true, lists: ["fair"] });
        expect(all.filter((nth) => found.get(known(nth).id)?.lists?.has("fair"))).toEqual(
          all.filter((nth) => nth % 2 === 0 || nth % 5 === 0),
        );
        expect(all.map((nth) => found.get(known(nth).id)?.computed)).toEqual(all.map((orders) => ({ orders })));
        expect(asked).toEqual({ reads: times, parts: times });
      }
    });
  });
}
