import { describe, expect, it } from "vitest";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import type { Source } from "#core/events/source.ts";
import { SourceSettings, sourceOf } from "#core/events/source-settings.ts";
import { keptWriteKey } from "#core/events/write-key-hash.ts";
import { localSources } from "./local-sources.ts";

const site = sourceOf("site", SourceSettings.parse({ name: "Site" }), [keptWriteKey("k", 0)]);

function world() {
  const state = { now: 1_000, lists: 0 };
  const kept = memoryDefinitions<Source>(() => state.now);
  const list = () => {
    state.lists += 1;
    return kept.list();
  };
  const counted = { ...kept, list };
  return { state, kept, sources: localSources(counted, () => state.now) };
}

describe("sources on one machine", () => {
  it("believe what another process revoked for five seconds", async () => {
    const { state, kept, sources } = world();
    await kept.put("site", site, 0);
    expect((await sources.byWriteKey("k"))?.id).toBe("site");
    await kept.delete("site");
    state.now += 5_000;
    expect((await sources.byWriteKey("k"))?.id).toBe("site");
    state.now += 1;
    expect(await sources.byWriteKey("k")).toBeUndefined();
    expect(state.lists).toBe(2);
  });
  it("notice at once what is changed here", async () => {
    const { sources } = world();
    expect(await sources.byWriteKey("k")).toBeUndefined();
    await sources.definitions.put("site", site, 0);
    expect((await sources.byWriteKey("k"))?.enabled).toBe(true);
    await sources.definitions.put("site", { ...site, enabled: false }, 1);
    expect((await sources.byWriteKey("k"))?.enabled).toBe(false);
    await sources.definitions.delete("site");
    expect(await sources.byWriteKey("k")).toBeUndefined();
  });
  it("read once for many, and again what changed meanwhile", async () => {
    const { state, sources } = world();
    const asked = Promise.all(Array.from({ length: 20 }, () => sources.byWriteKey("k")));
    const made = sources.definitions.put("site", site, 0);
    await Promise.all([asked, made]);
    expect(state.lists).toBe(1);
    expect((await sources.byWriteKey("k"))?.id).toBe("site");
  });
  it("ask again after they could not be read", async () => {
    const { state, kept } = world();
    let isBroken = true;
    const list = async () => (isBroken ? Promise.reject(new Error("locked")) : kept.list());
    const sources = localSources({ ...kept, list }, () => state.now);
    await expect(sources.byWriteKey("k")).rejects.toThrow("locked");
    isBroken = false;
    await kept.put("site", site, 0);
    expect((await sources.byWriteKey("k"))?.id).toBe("site");
  });
});
