import { DatabaseSync } from "node:sqlite";
import { isBusy } from "./database.ts";

export interface Held {
  release(): void;
}

/**
 * Takes a lock that only one process at a time can hold, or answers `undefined` at once. It is a lock of the operating
 * system's on a SQLite file, so it goes with its holder, however the holder dies.
 */
export function holdAlone(path: string): Held | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}
