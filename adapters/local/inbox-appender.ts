import type { Inbox, InboxEntry } from "./inbox.ts";

/** Writes texts as entries, all or none, and says once they are on disk or what prevented it. */
export type WriteTexts = (texts: readonly string[], done: (failure?: { readonly error: unknown }) => void) => void;

export interface InboxAppender extends Pick<Inbox, "intake" | "assertions" | "lake"> {
  /** Writes what waits for the end of this turn of the event loop at once. */
  flush(): void;
}

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The ports through which an inbox is filled. What comes in one turn of the event loop is one commit. */
export function inboxAppender(write: WriteTexts, onAppended: () => void): InboxAppender {
  let waiting: Waiting[] = [];

  const flush = (): void => {
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    write(
      batch.map(({ text }) => text),
      (failure) => {
        if (failure === undefined) {
          for (const { resolve } of batch) resolve();
          onAppended();
        } else for (const { reject } of batch) reject(failure.error);
      },
    );
  };

  const append = (entry: InboxEntry): Promise<void> =>
    new Promise((resolve, reject) => {
      // Whatever else arrives in this turn of the event loop rides along.
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ text: JSON.stringify(entry), resolve, reject });
    });

  return {
    intake: { append: ({ events, badEvents }) => append({ events, badEvents }) },
    assertions: { append: (assertions) => append({ assertions }) },
    lake: { append: (table, rows) => (rows.length === 0 ? Promise.resolve() : append({ rows: { [table]: rows } })) },
    flush,
  };
}
