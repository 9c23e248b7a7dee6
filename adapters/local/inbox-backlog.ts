import { openDatabase } from "./database.ts";

/** How much of an inbox waits to be processed. */
export interface InboxBacklog {
  /** On disk, without what is free to be written again. A look at the file's head, however long the inbox is. */
  bytes(): number;
  close(): void;
}

const USED = `
  SELECT (page_count - freelist_count) * page_size AS bytes
  FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()
`;

/** Watches an inbox that is already there, whoever writes to it and whoever forgets. */
export function openInboxBacklog(path: string): InboxBacklog {
  const database = openDatabase(path, "");
  const used = database.prepare(USED);
  return {
    bytes: () => used.get()?.bytes as number,
    close: () => database.close(),
  };
}
