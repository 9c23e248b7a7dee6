import type { Json } from "#core/kernel/json.ts";
import type { QueryPage } from "#core/kernel/ports.ts";
import type { Answered } from "./analyst-messages.ts";
import type { AnswerPages, AnswerWriter } from "./answer-pages.ts";

type Rows = readonly (readonly Json[])[];

/** Takes one answer in, page by page. */
export interface AnswerIntake {
  /** A page behind the first, and one after the other. */
  add(rows: Uint8Array): Promise<void>;
  /** The answer is whole: what is answered of it at first. */
  done(answered: Answered): QueryPage;
  /** There will be no answer. */
  drop(): Promise<void>;
}

/** The first page is answered, the others are kept unread until they are asked for. */
export function pagedIntake(pages: AnswerPages): AnswerIntake {
  let writer: AnswerWriter | undefined;
  return {
    add: async (rows) => {
      writer ??= await pages.begin();
      await writer.add(rows);
    },
    done: ({ columns, rows, truncated }) => {
      const next = writer?.keep(columns, truncated);
      if (next !== undefined) return { columns, rows: rowsIn(rows), next };
      return { columns, rows: rowsIn(rows), ...(truncated ? { truncated } : {}) };
    },
    drop: async () => writer?.drop(),
  };
}

/** All rows are answered at once. */
export function wholeIntake(): AnswerIntake {
  const behind: Rows[] = [];
  return {
    add: async (rows) => void behind.push(rowsIn(rows)),
    done: ({ columns, rows, truncated }) => ({
      columns,
      rows: [rowsIn(rows), ...behind].flat(),
      ...(truncated ? { truncated } : {}),
    }),
    drop: async () => {},
  };
}

const rowsIn = (bytes: Uint8Array): Rows => JSON.parse(Buffer.from(bytes).toString()) as Rows;
