import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** Where everything is kept unless `--data` says otherwise: beside the program, hidden. */
export const DEFAULT_DATA = ".tributary";

/** Where everything of one installation on one machine lies. */
export interface DataFolder {
  readonly root: string;
  /** What came in and is not yet everywhere it belongs. Written by whoever takes events in. */
  readonly inbox: string;
  /** Profiles and how far processing has come. Written by the processor alone. */
  readonly profiles: string;
  /** Segments, campaigns and sources. */
  readonly definitions: string;
  /** What events make of each profile. */
  readonly computed: string;
  /** Messages, sent and to be sent. */
  readonly outbox: string;
  /** How far each import has come. */
  readonly imports: string;
  readonly lake: string;
  /** Files put here may be imported through the API. */
  readonly landing: string;
  readonly credentials: string;
  /** The owner's rules of identity; absent where they are the usual ones. */
  readonly identityRules: string;
  /** Held by the process that processes, and by the one that serves. */
  readonly processorLock: string;
  readonly serverLock: string;
  /** Where the server that runs on this folder answers. */
  readonly address: string;
}

export const rulesFileIn = (root: string): string => join(root, "identity.yaml");

export function openDataFolder(root: string): DataFolder {
  mkdirSync(root, { recursive: true });
  return {
    root,
    inbox: join(root, "inbox.db"),
    profiles: join(root, "profiles.db"),
    definitions: join(root, "definitions.db"),
    computed: join(root, "computed.db"),
    outbox: join(root, "outbox.db"),
    imports: join(root, "imports.db"),
    lake: join(root, "lake"),
    landing: join(root, "landing"),
    credentials: join(root, "credentials.json"),
    identityRules: rulesFileIn(root),
    processorLock: join(root, "processor.lock"),
    serverLock: join(root, "server.lock"),
    address: join(root, "address.json"),
  };
}
