import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "#core/kernel/json.ts";
import type { QueryPage, QueryResult } from "#core/kernel/ports.ts";

type Rows = readonly (readonly Json[])[];

/** The pages of one answer behind the first, on their way to disk. */
export interface AnswerWriter {
  /** A page's rows, as JSON: what is kept of them is what will be read. */
  add(rows: Uint8Array): Promise<void>;
  /** What the second page is asked for with. */
  keep(columns: QueryResult["columns"], truncated: boolean): string;
  /** Forgets what was added. */
  drop(): Promise<void>;
}

export interface AnswerPages {
  begin(): Promise<AnswerWriter>;
  /** A page of an answer that is still kept; `undefined` where it is not, or where this is no cursor of ours. */
  page(cursor: string): Promise<QueryPage | undefined>;
  close(): void;
}

/** So many answers are kept: of one more, the one that was not read for longest is forgotten. */
const MAX_ANSWERS = 16;

interface Kept {
  readonly file: FileHandle;
  readonly columns: QueryResult["columns"];
  readonly truncated: boolean;
  readonly pages: readonly Place[];
}

interface Place {
  readonly at: number;
  readonly length: number;
}

/**
 * Keeps what of an answer did not fit into its first page, in a file that has no name any more: so it is gone with the
 * process, however that ends, and nobody else can read it.
 */
export function answerPages(folder: string): AnswerPages {
  const kept = new Map<string, Kept>();
  const forget = (id: string): void => {
    const answer = kept.get(id);
    kept.delete(id);
    void answer?.file.close();
  };
  return {
    begin: async () =>
      writerOf(await namelessFile(folder), (id, answer) => {
        kept.set(id, answer);
        for (const oldest of [...kept.keys()].slice(0, -MAX_ANSWERS)) forget(oldest);
      }),
    page: async (cursor) => {
      const [, id = "", nth = ""] = /^([0-9a-f-]{36})\.(\d{1,6})$/.exec(cursor) ?? [];
      const answer = kept.get(id);
      const place = answer?.pages[Number(nth)];
      if (answer === undefined || place === undefined) return undefined;
      // Read last, forgotten last.
      kept.delete(id);
      kept.set(id, answer);
      return pageAt(answer, place, id, Number(nth));
    },
    close: () => {
      for (const id of kept.keys()) forget(id);
    },
  };
}

async function pageAt({ file, columns, truncated, pages }: Kept, place: Place, id: string, nth: number) {
  const bytes = Buffer.alloc(place.length);
  await file.read(bytes, 0, place.length, place.at);
  const rows = JSON.parse(bytes.toString()) as Rows;
  if (nth + 1 < pages.length) return { columns, rows, next: `${id}.${nth + 1}` };
  return { columns, rows, ...(truncated ? { truncated: true as const } : {}) };
}

function writerOf(file: FileHandle, keep: (id: string, answer: Kept) => void): AnswerWriter {
  const pages: Place[] = [];
  let at = 0;
  return {
    add: async (bytes) => {
      await file.write(bytes, 0, bytes.length, at);
      pages.push({ at, length: bytes.length });
      at += bytes.length;
    },
    keep: (columns, truncated) => {
      const id = randomUUID();
      keep(id, { file, columns, truncated, pages });
      return `${id}.0`;
    },
    drop: () => file.close(),
  };
}

async function namelessFile(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `.answer-${randomUUID()}`);
  const file = await open(path, "wx+", 0o600);
  await rm(path);
  return file;
}
