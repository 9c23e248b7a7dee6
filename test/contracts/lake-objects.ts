import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LakeObjects } from "#lambdas/compact/settle-table.ts";

export interface OpenLakeObjects {
  readonly objects: LakeObjects;
  /** Empties it. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** As Athena, Firehose and people name objects. */
const KEYS = [
  "identity_changes/dt=2026-11-20/tributary-1-2026-11-20-10-00-00-4f9c",
  "settling/staged/identity_changes/1-a/part=current/dt=2026-11-20/20261122_100000_00001_abcde.parquet",
  "odd/a b+c&d=e?f#g%20h",
  "odd/été 北京 \u{1f600}",
] as const;

/** In the words of a folder, and of S3. */
const NOT_THERE = /ENOENT|does not exist|NoSuchKey|NotFound|UnknownError/;

/** What whoever settles the lake relies on of a bucket. */
export function lakeObjectsContract(name: string, open: () => Promise<OpenLakeObjects>): void {
  describe(`LakeObjects: ${name}`, () => {
    let opened: OpenLakeObjects;
    let objects: LakeObjects;
    beforeAll(async () => {
      opened = await open();
      objects = opened.objects;
    });
    beforeEach(() => opened.clear());
    afterAll(() => opened.close());
    const keysIn = async (prefix: string) => (await objects.files(prefix)).map(({ key }) => key);

    it("knows at once what was written, under whatever name, with its size", async () => {
      for (const key of KEYS) expect(await objects.create(key, `about ${key}`)).toBe(true);
      expect(await objects.files("")).toEqual(
        [...KEYS].sort().map((key) => ({ key, bytes: Buffer.byteLength(`about ${key}`) })),
      );
      for (const key of KEYS) expect(await objects.read(key)).toBe(`about ${key}`);
    });

    it("lists what begins so, and nothing else, in text order, however much it is", async () => {
      const many = Array.from({ length: 2_345 }, (_, nth) => `events_log/dt=2026-11-20/${nth}`);
      for (let at = 0; at < many.length; at += 50) {
        await Promise.all(many.slice(at, at + 50).map((key) => objects.create(key, "")));
      }
      await objects.create("events_log_too/dt=2026-11-20/x", "");
      expect(await keysIn("events_log/dt=")).toEqual([...many].sort());
      expect(await keysIn("events_log/dt=2026-11-20/99")).toEqual(many.filter((key) => key.includes("/99")).sort());
      expect(await keysIn("bad_events/")).toEqual([]);
      await objects.remove([...many, "never/there"]);
      expect(await keysIn("")).toEqual(["events_log_too/dt=2026-11-20/x"]);
      // What is gone may be removed again; and nothing at all.
      await objects.remove(many.slice(0, 3));
      await objects.remove([]);
    });

    it("creates once: whoever comes later changes nothing, and hears so", async () => {
      expect(await objects.create("run.json", "first")).toBe(true);
      expect(await objects.create("run.json", "second")).toBe(false);
      expect(await objects.read("run.json")).toBe("first");
      await objects.remove(["run.json"]);
      expect(await objects.create("run.json", "third")).toBe(true);
      expect(await objects.read("run.json")).toBe("third");
    });

    it("copies whole objects over whatever is there, again without harm", async () => {
      for (const from of KEYS) {
        await objects.create(from, `about ${from}`);
        const to = `copied/${from}`;
        await objects.create(to, "what was there before");
        for (let time = 0; time < 2; time++) await objects.copy(from, to);
        expect(await objects.read(to)).toBe(`about ${from}`);
        expect(await objects.read(from)).toBe(`about ${from}`);
      }
    });

    it("tells of what is not there", async () => {
      await expect(objects.read("nothing")).rejects.toThrow(NOT_THERE);
      await expect(objects.copy("nothing", "anything")).rejects.toThrow(NOT_THERE);
      expect(await keysIn("")).toEqual([]);
    });
  });
}
