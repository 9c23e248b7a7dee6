import { openDatabase } from "#adapters/local/database.ts";
import { openProgressStore, PROGRESS_SCHEMA } from "#adapters/local/progress-store.ts";

/** Looks on at how far processing has come, in this process or another. */
export interface ProgressReader {
  /** The last inbox entry that is in lake files. */
  written(): number;
  close(): void;
}

export function openProgressReader(path: string): ProgressReader {
  const database = openDatabase(path, PROGRESS_SCHEMA);
  const store = openProgressStore(database);
  return {
    written: () => store.progress().written,
    close: () => database.close(),
  };
}
