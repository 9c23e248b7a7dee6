import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { secondsFor } from "#bench/measure.ts";

/**
 * How many texts a second SQLite takes into a table where each commit waits for the disk (write-ahead log, FULL) and
 * holds `together` of them.
 */
export async function sqliteCommitsPerSecond(
  folder: string,
  texts: readonly string[],
  together: number,
): Promise<number> {
  const database = new DatabaseSync(join(folder, `commit-${together}.db`));
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    database.exec("CREATE TABLE IF NOT EXISTS taken (position INTEGER PRIMARY KEY, entry TEXT NOT NULL)");
    const insert = database.prepare("INSERT INTO taken (entry) VALUES (?)");
    const seconds = await secondsFor(() => {
      for (let at = 0; at < texts.length; at += together) {
        database.exec("BEGIN IMMEDIATE");
        for (const text of texts.slice(at, at + together)) insert.run(text);
        database.exec("COMMIT");
      }
    });
    return texts.length / seconds;
  } finally {
    database.close();
  }
}
