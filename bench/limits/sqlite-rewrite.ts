import { DatabaseSync } from "node:sqlite";

/**
 * How many rows a second SQLite reads and rewrites where nothing is computed: rows of so many bytes under the keys
 * given, so many to a commit that waits for the disk. Keys that are new are inserted.
 */
export function sqliteRewritesPerSecond(
  path: string,
  keys: readonly string[],
  bytes: number,
  together: number,
): number {
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    database.exec("PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 8000;");
    database.exec("CREATE TABLE IF NOT EXISTS rows (key TEXT PRIMARY KEY, text TEXT)");
    const select = database.prepare("SELECT text FROM rows WHERE key = ?");
    const replace = database.prepare("INSERT OR REPLACE INTO rows VALUES (?, ?)");
    const text = "x".repeat(bytes);
    const began = performance.now();
    for (let at = 0; at < keys.length; at += together) {
      database.exec("BEGIN IMMEDIATE");
      for (const key of keys.slice(at, at + together)) {
        select.get(key);
        replace.run(key, text);
      }
      database.exec("COMMIT");
    }
    return keys.length / ((performance.now() - began) / 1_000);
  } finally {
    database.close();
  }
}
