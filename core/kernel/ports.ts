import type { Json } from "./json.ts";
import type { EpochMs } from "./time.ts";

/** The time now. A port, because core has no clock: tests and replays decide what time it is. */
export type Clock = () => EpochMs;

export interface LakeWriter<Rows> {
  /**
   * Resolves once the rows are durable: from then on they reach the table at least once. Tables are append-only, and a
   * row appended twice changes no answer of the lake's views.
   */
  append<Table extends keyof Rows & string>(table: Table, rows: readonly Rows[Table][]): Promise<void>;
}

/** An answer of the lake: columns in order, each row's values in the order of the columns. Times are ISO 8601, UTC. */
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly Json[])[];
  /** There were more rows than a limit let through. Absent where these are all. */
  readonly truncated?: true;
  /** Bytes read of the lake, where the engine counts and charges them. */
  readonly scannedBytes?: number;
}

/** How much somebody who waits for an answer is ready to wait for. */
export interface QueryLimits {
  /** After so many ms the statement is stopped, with a `LakeQueryTimeout`. An engine far away may have a limit of its own. */
  readonly timeMs?: number;
}

export interface LakeQuery {
  /**
   * Runs one statement of the engine's own dialect and answers all of its rows. Rejects with a `LakeQueryError` where
   * the engine refuses the statement, with another error where the engine is out of reach.
   */
  query(sql: string, limits?: QueryLimits): Promise<QueryResult>;
}

/** How much of an answer is answered at once. */
export interface PageSize {
  readonly rows: number;
  /** Of a page's values, as text. */
  readonly characters: number;
}

export interface AnalystLimits extends QueryLimits {
  readonly page?: PageSize;
}

/** A page of an answer. `truncated` is said on the last one. */
export interface QueryPage extends QueryResult {
  /** What the next page is asked for with; absent on the last one. */
  readonly next?: string;
}

export interface AnalystQuery {
  /**
   * Runs one read-only statement, in Athena's dialect whatever the engine is, with limits on time, memory and rows,
   * and without access to anything but the lake's tables and views. Rejects with a `LakeQueryError` where it may not run.
   * Answers its first page, or, where no page is asked for, all rows that the limits let through.
   */
  query(sql: string, limits?: AnalystLimits): Promise<QueryPage>;
  /**
   * The page behind another, of the very answer that one was of, whatever came into the lake since. `undefined` where
   * the answer is no longer kept.
   */
  next(cursor: string, page: PageSize): Promise<QueryPage | undefined>;
}

/** The engine refused the statement: its own words, with line and column where it gives them. */
export class LakeQueryError extends Error {
  override readonly name = "LakeQueryError";
}

/** The statement was stopped because it took longer than it may. */
export class LakeQueryTimeout extends LakeQueryError {}

/** The statement was stopped because it took more memory than it may. */
export class LakeQueryTooLarge extends LakeQueryError {}

/** A thing somebody defined (a segment, a campaign, a source), with the version that the next change must name. */
export interface Defined<T> {
  readonly id: string;
  readonly version: number;
  readonly updatedAt: EpochMs;
  readonly definition: T;
}

/** Definitions of one kind. */
export interface Definitions<T> {
  /** The latest version; `undefined` where there is none or it was deleted. */
  get(id: string): Promise<Defined<T> | undefined>;
  /** All that are there, in text order of their ids. */
  list(): Promise<readonly Defined<T>[]>;
  /**
   * Stores the definition as version `expected + 1` if the latest is `expected` (0: there is none). Answers what was
   * stored, or `undefined` where somebody else was first.
   */
  put(id: string, definition: T, expected: number): Promise<Defined<T> | undefined>;
  /** Whether there was something to delete. */
  delete(id: string): Promise<boolean>;
}
