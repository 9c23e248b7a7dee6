import { describe, expect, it } from "vitest";
import type { Sources } from "#core/events/ports.ts";
import type { Source } from "#core/events/source.ts";
import { writeKeyHash as hashOf, keptWriteKey } from "#core/events/write-key-hash.ts";

export interface OpenedSources {
  readonly sources: Sources;
  readonly close: () => Promise<void>;
}

const website: Source = {
  id: "website",
  name: "Website",
  kind: "browser",
  trust: "browser",
  enabled: true,
  keys: [keptWriteKey("wk-old", 1), keptWriteKey("wk-new", 2)],
};
const closed: Source = {
  id: "closed",
  name: "Closed",
  kind: "partner",
  trust: "server",
  enabled: false,
  keys: [keptWriteKey("wk-closed", 3)],
};

/** What `Sources` promises. `open` gives a place that holds just these sources. */
export function sourcesContract(name: string, open: (held: readonly Source[]) => Promise<OpenedSources>): void {
  const inPlace = (promise: string, check: (sources: Sources) => Promise<void>): void => {
    it(promise, async () => {
      const { sources, close } = await open([website, closed]);
      try {
        await check(sources);
      } finally {
        await close();
      }
    });
  };

  describe(`Sources on ${name}`, () => {
    inPlace("finds a source by each of its keys, while one is rotated", async (sources) => {
      expect(await sources.byWriteKey("wk-old")).toEqual(website);
      expect(await sources.byWriteKey("wk-new")).toEqual(website);
    });
    inPlace("finds a source that is switched off, and says so", async (sources) => {
      expect(await sources.byWriteKey("wk-closed")).toEqual(closed);
    });
    inPlace("knows nobody else's key, nor the digest of a key, nor nothing", async (sources) => {
      expect(await sources.byWriteKey("wk-other")).toBeUndefined();
      expect(await sources.byWriteKey(hashOf("wk-old"))).toBeUndefined();
      expect(await sources.byWriteKey("")).toBeUndefined();
    });
    inPlace("answers the same when asked again", async (sources) => {
      const [first, second] = [await sources.byWriteKey("wk-old"), await sources.byWriteKey("wk-old")];
      expect(second).toEqual(first);
      expect(await sources.byWriteKey("wk-other")).toBeUndefined();
      expect(await sources.byWriteKey("wk-other")).toBeUndefined();
    });
  });
}
