import {
  type AthenaClient,
  GetQueryResultsCommand,
  type GetQueryResultsOutput,
  InvalidRequestException,
} from "@aws-sdk/client-athena";
import type { Json } from "#core/kernel/json.ts";
import { LakeQueryError, type PageSize, type QueryPage, type QueryResult } from "#core/kernel/ports.ts";
import { athenaValue } from "./athena-value.ts";

export const columnsIn = (output: GetQueryResultsOutput): QueryResult["columns"] =>
  (output.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name, Type }) => ({
    name: Name ?? "",
    type: Type ?? "varchar",
  }));

/** The rows from the one with this number on. */
export const rowsIn = (output: GetQueryResultsOutput, columns: QueryResult["columns"], from: number): Json[][] =>
  (output.ResultSet?.Rows ?? [])
    .slice(from)
    .map(({ Data = [] }) => columns.map(({ type }, at) => athenaValue(Data[at]?.VarCharValue, type)));

/** Where a page begins: in the answer to this query, behind this token of Athena's (none: at the start), at this row. */
export interface AnswerPlace {
  readonly id: string;
  readonly token?: string | undefined;
  readonly row: number;
}

/** Athena answers at most so many rows at once. */
const MOST_ROWS = 1_000;

/** A page of an answer that Athena keeps, whatever Athena's own pages are. */
export async function readPage(client: AthenaClient, begin: AnswerPlace, size: PageSize): Promise<QueryPage> {
  const rows: Json[][] = [];
  let columns: QueryResult["columns"] = [];
  let characters = 0;
  let place: AnswerPlace | undefined = begin;
  while (place !== undefined) {
    const output: GetQueryResultsOutput = await client.send(
      new GetQueryResultsCommand({ QueryExecutionId: place.id, NextToken: place.token, MaxResults: MOST_ROWS }),
    );
    columns = columnsIn(output);
    for (const [nth, row] of rowsIn(output, columns, place.row).entries()) {
      characters += JSON.stringify(row).length;
      const full = rows.length >= size.rows || characters > size.characters;
      if (full && rows.length > 0) return { columns, rows, next: cursorOf({ ...place, row: place.row + nth }) };
      if (full) throw new LakeQueryError(`a row has more than ${size.characters} characters: select less of it`);
      rows.push(row);
    }
    place = output.NextToken === undefined ? undefined : { id: place.id, token: output.NextToken, row: 0 };
  }
  return { columns, rows };
}

/** The page a cursor begins; `undefined` where it is none of ours, or its answer is no longer kept. */
export async function pageBehind(client: AthenaClient, cursor: string, size: PageSize): Promise<QueryPage | undefined> {
  const place = placeOf(cursor);
  if (place === undefined) return undefined;
  try {
    return await readPage(client, place, size);
  } catch (failure) {
    if (failure instanceof InvalidRequestException) return undefined;
    throw failure;
  }
}

const cursorOf = ({ id, token = "", row }: AnswerPlace): string =>
  Buffer.from(JSON.stringify([id, row, token])).toString("base64url");

function placeOf(cursor: string): AnswerPlace | undefined {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (!Array.isArray(read)) return undefined;
    const [id, row, token] = read as readonly unknown[];
    const isPlace =
      typeof id === "string" && /^[\w-]{1,128}$/.test(id) && Number.isSafeInteger(row) && Number(row) >= 0;
    if (!isPlace || typeof token !== "string") return undefined;
    return { id, row: Number(row), token: token === "" ? undefined : token };
  } catch {
    return undefined; // Not what we wrote.
  }
}
