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
}

export interface LakeQuery {
  /**
   * Runs one statement of the engine's own dialect and answers all of its rows. Rejects with a `LakeQueryError` where
   * the engine refuses the statement, with another error where the engine is out of reach.
   */
  query(sql: string): Promise<QueryResult>;
}

export interface AnalystQuery {
  /**
   * Runs one read-only statement, in Athena's dialect whatever the engine is, with limits on time, memory and rows,
   * and without access to anything but the lake's tables and views. Rejects with a `LakeQueryError` where it may not run.
   */
  query(sql: string): Promise<QueryResult>;
}

/** The engine refused the statement: its own words, with line and column where it gives them. */
export class LakeQueryError extends Error {
  override readonly name = "LakeQueryError";
}

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
