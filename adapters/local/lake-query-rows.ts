import type { DuckDBConnection, DuckDBResult } from "@duckdb/node-api";
import type { Json } from "#core/kernel/json.ts";
import { LakeQueryError, LakeQueryTimeout, type PageSize, type QueryPage } from "#core/kernel/ports.ts";
import type { AnswerPages, AnswerWriter } from "./answer-pages.ts";
import { lakeValue, typeWord } from "./lake-query-values.ts";

export interface RowLimits {
  readonly timeMs?: number;
  readonly rows?: number;
  readonly characters?: number;
}

/** How an answer is cut into pages, and where all but the first are kept. */
export interface Paging {
  readonly size: PageSize;
  readonly pages: AnswerPages;
}

/** Runs a statement and reads its rows as they come, up to the limits: what lies beyond them is never computed in vain. */
export async function readRows(
  connection: DuckDBConnection,
  sql: string,
  limits: RowLimits,
  paging?: Paging,
): Promise<QueryPage> {
  let late = false;
  const timer =
    limits.timeMs === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          connection.interrupt();
        }, limits.timeMs);
  const answer = new Answer(paging);
  try {
    return await collect(await connection.stream(sql), limits, () => late, answer);
  } catch (error) {
    await answer.drop();
    if (!late) throw error;
    throw new LakeQueryTimeout(
      `the statement was stopped: it took longer than ${limits.timeMs} ms; ask for fewer days (dt), or aggregate`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}

async function collect(
  result: DuckDBResult,
  limits: RowLimits,
  isLate: () => boolean,
  answer: Answer,
): Promise<QueryPage> {
  const types = result.columnTypes();
  const columns = result.columnNames().map((name, at) => ({ name, type: typeWord(String(types[at])) }));
  let [count, characters] = [0, 0];
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return answer.done(columns, false);
    if (isLate()) throw new Error("interrupted");
    for (const values of chunk.getRows()) {
      const row = values.map(lakeValue);
      const size = row.reduce<number>((total, value) => total + sizeOf(value), 0);
      characters += size;
      const full = count >= (limits.rows ?? Number.POSITIVE_INFINITY);
      if (full || characters > (limits.characters ?? Number.POSITIVE_INFINITY)) return answer.done(columns, true);
      count++;
      await answer.add(row, size);
    }
  }
}

/** An answer as it grows: its first page in memory, the page in the making, and what lies between them on disk. */
class Answer {
  readonly #paging: Paging | undefined;
  #first: readonly (readonly Json[])[] | undefined;
  #rows: Json[][] = [];
  #characters = 0;
  #writer: AnswerWriter | undefined;

  constructor(paging: Paging | undefined) {
    this.#paging = paging;
  }

  async add(row: Json[], characters: number): Promise<void> {
    const { rows = Number.POSITIVE_INFINITY, characters: most = Number.POSITIVE_INFINITY } = this.#paging?.size ?? {};
    if (characters > most) {
      throw new LakeQueryError(`a row has more than ${most} characters: select less of it, or substr() of it`);
    }
    if (this.#rows.length >= rows || this.#characters + characters > most) await this.#turn();
    this.#rows.push(row);
    this.#characters += characters;
  }

  async done(columns: QueryPage["columns"], truncated: boolean): Promise<QueryPage> {
    if (this.#first === undefined) return { columns, rows: this.#rows, ...(truncated ? { truncated: true } : {}) };
    const first = this.#first;
    await this.#turn();
    const next = this.#writer?.keep(columns, truncated);
    return { columns, rows: first, ...(next === undefined ? {} : { next }) };
  }

  async drop(): Promise<void> {
    await this.#writer?.drop();
  }

  async #turn(): Promise<void> {
    if (this.#first === undefined) this.#first = this.#rows;
    else {
      this.#writer ??= await this.#paging?.pages.begin();
      await this.#writer?.add(Buffer.from(JSON.stringify(this.#rows)));
    }
    this.#rows = [];
    this.#characters = 0;
  }
}

const sizeOf = (value: Json): number => {
  if (typeof value === "string") return value.length;
  return typeof value === "object" && value !== null ? JSON.stringify(value).length : 8;
};
