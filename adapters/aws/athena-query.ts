import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  InvalidRequestException,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import type { Json } from "#core/kernel/json.ts";
import {
  type AnalystQuery,
  type LakeQuery,
  LakeQueryError,
  LakeQueryTimeout,
  type QueryResult,
} from "#core/kernel/ports.ts";
import { columnsIn, pageBehind, readPage, rowsIn } from "./athena-pages.ts";
import type { Pause } from "./pause.ts";
import { whyNotReadOnly } from "./read-only-statement.ts";

export interface AthenaQueryOptions {
  readonly workgroup: string;
  readonly database: string;
  readonly client?: AthenaClient;
  /** Waits between two looks at a running query. */
  readonly pause?: Pause;
  /** After so many looks the query is stopped. With the usual pauses 120 are nearly four minutes. */
  readonly maxLooks?: number;
  /** More rows than this are refused: an answer is held in memory whole. */
  readonly maxRows?: number;
}

const SHORTEST_LOOK_MS = 150;
const LONGEST_LOOK_MS = 2_000;

const untilNextLook: Pause = (attempt) =>
  new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_LOOK_MS, SHORTEST_LOOK_MS * 1.5 ** attempt)));

/** Runs statements in Athena. Results lie where the workgroup says; its scan limit is the owner's. */
export function athenaQuery(options: AthenaQueryOptions): LakeQuery {
  const asked = withDefaults(options);
  return {
    query: async (sql) => {
      const id = await start(asked, sql);
      const execution = await finish(asked, id);
      const result = await readResults(asked, id, execution.StatementType === "DML");
      const scannedBytes = execution.Statistics?.DataScannedInBytes;
      return scannedBytes === undefined ? result : { ...result, scannedBytes };
    },
  };
}

/** Runs a statement whose answer is not fetched here, and says where Athena put it: `s3://bucket/….csv`. */
export async function athenaAnswer(options: AthenaQueryOptions, sql: string): Promise<string> {
  const asked = withDefaults(options);
  const { ResultConfiguration: result } = await finish(asked, await start(asked, sql));
  if (result?.OutputLocation === undefined) throw new Error("Athena does not say where it put an answer");
  return result.OutputLocation;
}

const withDefaults = (options: AthenaQueryOptions): Asked => ({
  client: new AthenaClient({ maxAttempts: 6 }),
  pause: untilNextLook,
  maxLooks: 120,
  maxRows: 1_000_000,
  ...options,
});

/** For analysts: the same, page by page, but only statements that read. The workgroup's role may not write either. */
export function athenaAnalystQuery(options: AthenaQueryOptions): AnalystQuery {
  const asked = withDefaults({ maxRows: 10_000, ...options });
  return {
    query: async (sql, { page } = {}) => {
      const problem = whyNotReadOnly(sql);
      if (problem !== undefined) throw new LakeQueryError(problem);
      const id = await start(asked, sql);
      const execution = await finish(asked, id);
      const hasHeader = execution.StatementType === "DML";
      const answer = await (page === undefined
        ? readResults(asked, id, hasHeader)
        : readPage(asked.client, { id, row: hasHeader ? 1 : 0 }, page));
      const scannedBytes = execution.Statistics?.DataScannedInBytes;
      return scannedBytes === undefined ? answer : { ...answer, scannedBytes };
    },
    next: (cursor, page) => pageBehind(asked.client, cursor, page),
  };
}

type Asked = Required<AthenaQueryOptions>;

async function start({ client, workgroup, database }: Asked, sql: string): Promise<string> {
  const command = new StartQueryExecutionCommand({
    QueryString: sql,
    WorkGroup: workgroup,
    QueryExecutionContext: { Database: database },
  });
  try {
    const { QueryExecutionId: id } = await client.send(command);
    if (id === undefined) throw new Error("Athena began a query and did not name it");
    return id;
  } catch (failure) {
    if (failure instanceof InvalidRequestException) throw new LakeQueryError(failure.message);
    throw failure;
  }
}

/** `ErrorCategory` of Athena: 1 its own trouble, 2 the statement's, 3 other. */
const USER_ERROR = 2;

async function finish({ client, pause, maxLooks }: Asked, id: string): Promise<QueryExecution> {
  for (let look = 0; look < maxLooks; look++) {
    const { QueryExecution: execution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
    const { State: state, StateChangeReason: reason, AthenaError: error } = execution?.Status ?? {};
    if (execution !== undefined && state === "SUCCEEDED") return execution;
    if (state === "FAILED" || state === "CANCELLED") {
      const words = reason ?? error?.ErrorMessage ?? `the query was ${state.toLowerCase()}`;
      throw error?.ErrorCategory === USER_ERROR || state === "CANCELLED" ? new LakeQueryError(words) : new Error(words);
    }
    await pause(look);
  }
  await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
  throw new LakeQueryTimeout("the query took too long and was stopped; ask for less, or for fewer days");
}

async function readResults({ client, maxRows }: Asked, id: string, hasHeader: boolean): Promise<QueryResult> {
  const rows: (readonly Json[])[] = [];
  let columns: QueryResult["columns"] = [];
  let from: string | undefined;
  do {
    const command = new GetQueryResultsCommand({
      QueryExecutionId: id,
      ...(from === undefined ? {} : { NextToken: from }),
    });
    const page = await client.send(command);
    const isFirst = from === undefined;
    if (isFirst) columns = columnsIn(page);
    // Athena repeats the columns' names as the first row of what a SELECT answers.
    rows.push(...rowsIn(page, columns, isFirst && hasHeader ? 1 : 0));
    if (rows.length > maxRows) throw new LakeQueryError(`more than ${maxRows} rows: add a LIMIT or aggregate`);
    from = page.NextToken;
  } while (from !== undefined);
  return { columns, rows };
}
