import { describe, expect, it } from "vitest";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import type { Source } from "#core/events/source.ts";
import { keptWriteKey } from "#core/events/write-key-hash.ts";
import { DEFAULT_SOURCE, type Installed, installSources } from "./installed-sources.ts";

const credentials = (key: string) => ({ token: "t".repeat(20), writeKeys: { default: key } });

function world() {
  const sources = memoryDefinitions<Source>(() => 0);
  const installed = memoryDefinitions<Installed>(() => 0);
  const start = (key = "first-key") => installSources({ sources, installed }, [DEFAULT_SOURCE], credentials(key));
  const keys = async () => (await sources.get("default"))?.definition.keys.map(({ id }) => id);
  return { sources, start, keys };
}

const id = (key: string): string => keptWriteKey(key, 0).id;

describe("sources of an installation", () => {
  it("are there after the first start, with the key of the credentials, and as they are after every other", async () => {
    const { sources, start, keys } = world();
    await start();
    expect(await keys()).toEqual([id("first-key")]);
    expect((await sources.get("default"))?.definition).toMatchObject({
      kind: "server",
      trust: "server",
      enabled: true,
    });
    await start();
    expect((await sources.get("default"))?.version).toBe(1);
  });
  it("do not get a revoked key back, nor come back once deleted", async () => {
    const { sources, start, keys } = world();
    await start();
    const { definition, version } = (await sources.get("default")) ?? { definition: undefined, version: 0 };
    if (definition === undefined) throw new Error("it was installed");
    await sources.put("default", { ...definition, keys: [keptWriteKey("second-key", 1)] }, version);
    await start();
    expect(await keys()).toEqual([id("second-key")]);
    await sources.delete("default");
    await start();
    expect(await keys()).toBeUndefined();
  });
  it("get the key of new credentials, where the old ones were lost", async () => {
    const { start, keys } = world();
    await start();
    await start("new-key");
    expect(await keys()).toEqual([id("new-key"), id("first-key")]);
    await start("newer-key");
    expect(await keys()).toEqual([id("newer-key"), id("new-key")]);
  });
});
