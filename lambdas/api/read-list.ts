import type { ApiCode } from "#contracts/http/rejections.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import { columnNames } from "#core/imports/csv-rows.ts";
import { type CsvRecord, csvSplitter } from "#core/imports/csv-splitter.ts";
import { type Identifier, identifierText, parseIdentifier } from "#core/kernel/identifier.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { ApiPorts } from "./ports.ts";

export interface ListContent {
  readonly csv?: string | undefined;
  readonly types?: Readonly<Record<string, string>> | undefined;
  readonly identifiers?: readonly (string | Identifier)[] | undefined;
}

export interface ReadList {
  /** `type:value`, normalised as those of events are; each once. */
  readonly keys: ReadonlySet<string>;
  readonly repeated: number;
  readonly bad: number;
  readonly problems: readonly { readonly line: number; readonly reason: string }[];
}

const MOST_PROBLEMS = 100;
/** Identifiers in one request. */
const MOST_KEYS = 200_000;

/** Types that a column may be called by without saying so. */
const USUAL_TYPES = ["user_id", "email", "phone", "device_id", "anonymous_id"];

/** The identifiers of a list, with every line that has none it can be known by; or why it can be no list at all. */
export function readList({ rules }: Pick<ApiPorts, "rules">, content: ListContent): ReadList | Rejection<ApiCode> {
  const { csv, identifiers } = content;
  if ((csv === undefined) === (identifiers === undefined)) {
    return rejection("list.bad_file", "send either csv, a text whose first line names its columns, or identifiers");
  }
  const gathered = gatherer(normaliserFor(rules));
  if (identifiers !== undefined) {
    for (const [at, each] of identifiers.entries())
      gathered.add(at + 1, [typeof each === "string" ? parsed(each) : each]);
    return gathered.read();
  }
  const types = [...USUAL_TYPES, ...rules.priority, ...Object.keys(rules.limits)];
  const problem = gatherCsv(csv ?? "", { types: new Set(types), said: content.types ?? {} }, gathered);
  return problem ?? gathered.read();
}

interface Named {
  readonly type: string;
  readonly value: string;
}

const parsed = (text: string): Named | undefined => parseIdentifier(text.trim());

interface Gatherer {
  /** Takes what one line names; nothing that can be read at all is a problem too. */
  add(line: number, named: readonly (Named | undefined)[]): void;
  problem(line: number, reason: string): void;
  read(): ReadList | Rejection<ApiCode>;
}

function gatherer(normalise: ReturnType<typeof normaliserFor>): Gatherer {
  const keys = new Set<string>();
  const problems: { line: number; reason: string }[] = [];
  let [repeated, bad] = [0, 0];
  const problem = (line: number, reason: string): void => {
    bad++;
    if (problems.length < MOST_PROBLEMS) problems.push({ line, reason });
  };
  return {
    problem,
    add: (line, named) => {
      for (const each of named) {
        const identifier = each && each.type !== "id" ? normalise(each.type, each.value) : undefined;
        if (identifier === undefined) {
          problem(
            line,
            each === undefined ? "type:value is expected, such as email:ana@example.org" : whyUnusable(each),
          );
          continue;
        }
        const key = identifierText(identifier);
        if (keys.has(key)) repeated++;
        keys.add(key);
      }
    },
    read: () => {
      if (keys.size > MOST_KEYS) {
        return rejection(
          "list.too_long",
          `a request brings at most ${MOST_KEYS} identifiers: send the rest as further parts`,
        );
      }
      if (keys.size === 0 && bad > 0) {
        const [first] = problems;
        return rejection("list.nothing_usable", `no line has an identifier; line ${first?.line}: ${first?.reason}`);
      }
      return { keys, repeated, bad, problems };
    },
  };
}

const whyUnusable = ({ type }: Named): string =>
  type === "id"
    ? "a profile id is no identifier of a person; name the person by email, phone or user_id"
    : `this value of ${type} can identify nobody: see the identity rules`;

function gatherCsv(
  csv: string,
  { types, said }: { readonly types: ReadonlySet<string>; readonly said: Readonly<Record<string, string>> },
  gathered: Gatherer,
): Rejection<ApiCode> | undefined {
  const splitter = csvSplitter(separatorOf(csv));
  const [header, ...records] = [...splitter.push(csv.replace(/^\uFEFF/, "")), ...splitter.end()];
  if (header?.kind !== "record") return rejection("list.bad_file", "the first line is to name the columns");
  const columns = columnNames(header.cells);
  if (isRejection(columns)) return rejection("list.bad_file", columns.message);
  const unknown = Object.keys(said).find((column) => !columns.includes(column));
  if (unknown !== undefined) return rejection("list.bad_file", `types names a column that is not there: ${unknown}`);
  const typeOf = columns.map(
    (column) => said[column] ?? (types.has(column.toLowerCase()) ? column.toLowerCase() : undefined),
  );
  if (typeOf.every((type) => type === undefined)) {
    const named = columns.slice(0, 10).join(", ");
    return rejection(
      "list.bad_file",
      `none of the columns (${named}) is called like a type of identifier: call one email, phone or user_id, or say so with types, such as {"${columns[0]}":"email"}`,
    );
  }
  for (const record of records) gatherRecord(record, typeOf, gathered);
  return undefined;
}

function gatherRecord(record: CsvRecord, typeOf: readonly (string | undefined)[], gathered: Gatherer): void {
  const { line } = record;
  if (record.kind === "broken") {
    gathered.problem(line, record.reason);
    return;
  }
  const { cells } = record;
  if (cells.length !== typeOf.length) {
    gathered.problem(line, `${cells.length} cells where there are ${typeOf.length} columns`);
    return;
  }
  const named = cells.flatMap((cell, at): readonly Named[] => {
    const type = typeOf[at];
    return type === undefined || cell.trim() === "" ? [] : [{ type, value: cell }];
  });
  if (named.length > 0) gathered.add(line, named);
  else gathered.problem(line, "no identifier in any of the columns that may have one");
}

/** Spreadsheets of some countries write semicolons, and exports tabs: whichever the first line has most of. */
function separatorOf(csv: string): string {
  const line = csv.slice(0, csv.indexOf("\n") < 0 ? csv.length : csv.indexOf("\n"));
  const counts = [",", ";", "\t"].map((separator) => [separator, line.split(separator).length] as const);
  return counts.reduce((most, each) => (each[1] > most[1] ? each : most))[0];
}
