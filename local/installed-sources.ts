import { MOST_KEYS, type Source, type Trust } from "#core/events/source.ts";
import { keptWriteKey } from "#core/events/write-key-hash.ts";
import type { Definitions } from "#core/kernel/ports.ts";
import type { Credentials } from "./credentials.ts";

/** A source that an installation on one machine has from the start. */
export interface InstalledSource {
  readonly id: string;
  readonly name: string;
  readonly trust: Trust;
}

export const DEFAULT_SOURCE: InstalledSource = { id: "default", name: "Default", trust: "server" };

/** Sees to it that each source is defined and that its write key of the credentials is one of its keys. */
export async function installSources(
  definitions: Definitions<Source>,
  sources: readonly InstalledSource[],
  credentials: Credentials,
): Promise<void> {
  for (const { id, name, trust } of sources) {
    const key = keptWriteKey(credentials.writeKeys[id] ?? "", Date.now());
    const known = await definitions.get(id);
    if (known?.definition.keys.some(({ hash }) => hash === key.hash)) continue;
    const keys = [key, ...(known?.definition.keys ?? [])].slice(0, MOST_KEYS);
    const source: Source = known
      ? { ...known.definition, keys }
      : { id, name, kind: trust, trust, enabled: true, keys };
    await definitions.put(id, source, known?.version ?? 0);
  }
}
