import { MOST_KEYS, type Source, type WriteKey } from "#core/events/source.ts";
import { hasKey } from "#core/events/source-keys.ts";
import { SourceSettings, sourceOf } from "#core/events/source-settings.ts";
import { keptWriteKey } from "#core/events/write-key-hash.ts";
import type { Definitions } from "#core/kernel/ports.ts";
import type { Credentials } from "./credentials.ts";

/** A source that an installation on one machine has from the start. */
export interface InstalledSource {
  readonly id: string;
  readonly settings: SourceSettings;
}

export const DEFAULT_SOURCE: InstalledSource = {
  id: "default",
  settings: SourceSettings.parse({ name: "Default", kind: "server" }),
};

/** That a source was installed, with the key of this id. */
export interface Installed {
  readonly keyId: string;
}

interface InstallPorts {
  readonly sources: Definitions<Source>;
  readonly installed: Definitions<Installed>;
}

/**
 * Sees to it, once, that each source is defined and that its write key of the credentials is one of its keys. What its
 * owner does with it afterwards stands: a key that was revoked does not come back with the next start, nor a source that
 * was deleted. New credentials (the file was lost) are installed anew.
 */
export async function installSources(
  { sources, installed }: InstallPorts,
  wanted: readonly InstalledSource[],
  credentials: Credentials,
): Promise<void> {
  for (const source of wanted) {
    const key = keptWriteKey(credentials.writeKeys[source.id] ?? "", Date.now());
    const before = await installed.get(source.id);
    if (before?.definition.keyId === key.id) continue;
    await giveKey(sources, source, key);
    // Last, so that a process that dies before is repeated by the next.
    await installed.put(source.id, { keyId: key.id }, before?.version ?? 0);
  }
}

async function giveKey(sources: Definitions<Source>, { id, settings }: InstalledSource, key: WriteKey): Promise<void> {
  const known = await sources.get(id);
  if (known === undefined) {
    await sources.put(id, sourceOf(id, settings, [key]), 0);
  } else if (!hasKey(known.definition, key.hash)) {
    const keys = [key, ...known.definition.keys].slice(0, MOST_KEYS);
    await sources.put(id, { ...known.definition, keys }, known.version);
  }
}
