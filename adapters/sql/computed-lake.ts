import { type ComputedTrait, listLimitOf } from "#core/computed/computed-trait.ts";
import type { CountedDay, MarkedTable } from "#core/computed/lake-marks.ts";
import { inOrder, type Measured, type Scalar, valuesOf } from "#core/computed/measured.ts";
import type { Asked, ComputedLake, Page } from "#core/computed/ports.ts";
import { RFM_PARTS } from "#core/computed/rfm.ts";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import type { LakeQuery, QueryResult } from "#core/kernel/ports.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { MEASURED_COLUMNS, pickedSql } from "./computed-sql.ts";
import type { SqlDialect } from "./dialect.ts";
import { namesSql } from "./happened-sql.ts";
import { textLiteral, timestampLiteral } from "./literal.ts";
import { rfmMovedSql, rfmSql } from "./rfm-sql.ts";
import { touchedSql } from "./touched-sql.ts";

export interface ComputedLakeOptions {
  /** Rows that may be answered at once: what bounds the memory a page takes. */
  readonly rowsPerPage?: number;
  /** Up to so many people are named one by one: their ids must fit into a statement. */
  readonly mostNamed?: number;
}

/** Computed traits over the lake's tables and views, whatever the engine. */
export function computedLake(
  lake: LakeQuery,
  dialect: SqlDialect,
  { rowsPerPage = 100_000, mostNamed = 3_000 }: ComputedLakeOptions = {},
): ComputedLake {
  return {
    marks: async (known, settled) => (await lake.query(marksSql(known, settled))).rows.map(countedDay),
    pages: async (asked, after) => {
      const size = Math.max(1, Math.floor(rowsPerPage / rowsEach(asked.traits)));
      const { rows } = await lake.query(pagesSql(asked, { after, size, mostNamed }, dialect));
      return pagesIn(rows, after, mostNamed);
    },
    measure: async (asked, page) => {
      const { rows } = await lake.query(measureSql(asked, page, dialect));
      return valuesIn(asked, rows);
    },
  };
}

/** How many rows a person may come to. */
const rowsEach = (traits: readonly ComputedTrait[]): number =>
  traits.reduce((rows, trait) => rows + (trait.measure === "rfm" ? RFM_PARTS.length : listLimitOf(trait)), 1);

function marksSql(known: EpochMs, settled: EpochMs): string {
  const ofTable = (table: MarkedTable, time: string, counted: string): string => {
    // A sum of times beside the number of rows: a row gone and another come are seen too.
    const sum = `CAST(date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00', ${counted}) AS DECIMAL(38, 0))`;
    const before = (at: EpochMs): string => `FILTER (WHERE ${time} < ${timestampLiteral(at)})`;
    return `SELECT '${table}' AS marked, dt,
      count(*) ${before(known)} AS known_rows, CAST(sum(${sum}) ${before(known)} AS VARCHAR) AS known_sum,
      count(*) ${before(settled)} AS settled_rows, CAST(sum(${sum}) ${before(settled)} AS VARCHAR) AS settled_sum
    FROM ${table} GROUP BY dt`;
  };
  return [
    ofTable("events_log", "received_at", "event_time"),
    ofTable("identity_changes", "changed_at", "changed_at"),
  ].join("\n    UNION ALL ");
}

const countedDay = ([table, dt, knownRows, knownSum, settledRows, settledSum]: readonly Json[]): CountedDay => ({
  table: table as MarkedTable,
  dt: textOf(dt),
  known: { rows: Number(knownRows), sum: BigInt(textOf(knownSum ?? 0)) },
  settled: { rows: Number(settledRows), sum: BigInt(textOf(settledSum ?? 0)) },
});

/** Everybody asked for, as common table expressions of which the last is `whoever`. */
function whoeverSql({ traits, now, people }: Asked, dialect: SqlDialect): readonly string[] {
  if (people.kind === "everybody") {
    const named =
      traits.length === 0
        ? []
        : [`SELECT profile_id FROM events WHERE profile_id IS NOT NULL AND event IN (${namesSql(traits)})`];
    return [`whoever AS (\n  ${[...named, "SELECT profile_id FROM computed_traits"].join("\n  UNION ")}\n)`];
  }
  const rfm = traits.flatMap((trait, at) => (trait.measure === "rfm" ? [{ trait, name: `ranked_${at}` }] : []));
  return [
    ...touchedSql(people, traits),
    ...rfm.flatMap(({ trait, name }) => rfmSql(trait, name, { now, dialect })),
    `whoever AS (\n  SELECT profile_id FROM touched${rfm
      .map(({ trait, name }) => `\n  UNION ${rfmMovedSql(trait, name, { now, dialect })}`)
      .join("")}\n)`,
  ];
}

/** The last of each page, or everybody where they are few. */
interface Cut {
  readonly after: string;
  readonly size: number;
  readonly mostNamed: number;
}

function pagesSql(asked: Asked, { after, size, mostNamed }: Cut, dialect: SqlDialect): string {
  return `WITH ${whoeverSql(asked, dialect).join(",\n")}
SELECT profile_id, people
FROM (
  SELECT profile_id, row_number() OVER (ORDER BY profile_id) AS nth, count(*) OVER () AS people
  FROM (SELECT DISTINCT profile_id FROM whoever WHERE profile_id > ${textLiteral(after)}) ids
) numbered
WHERE people <= ${mostNamed} OR nth % ${size} = 0 OR nth = people
ORDER BY profile_id`;
}

function pagesIn(rows: QueryResult["rows"], after: string, mostNamed: number): readonly Page[] {
  const ids = rows.map(([id]) => textOf(id));
  const last = ids.at(-1);
  if (last === undefined) return [];
  if (Number(rows[0]?.[1]) <= mostNamed) return [{ after, upTo: last, ids }];
  return ids.map((upTo, at) => ({ after: ids[at - 1] ?? after, upTo }));
}

function measureSql(asked: Asked, page: Page, dialect: SqlDialect): string {
  const columns = asked.traits.length === 0 ? [] : MEASURED_COLUMNS.map((column) => `picked.${column}`);
  return `WITH ${meantAndPicked(asked, page, dialect).join(",\n")}
SELECT ${["meant.profile_id", ...columns].join(", ")}
FROM meant LEFT JOIN picked ON picked.profile_id = meant.profile_id
ORDER BY 1${columns.length === 0 ? "" : ", 2, 3"}`;
}

/** Everybody of a page, also those who have no events any more, and what is measured of them. */
function meantAndPicked(asked: Asked, { after, upTo, ids }: Page, dialect: SqlDialect): readonly string[] {
  const range = `profile_id > ${textLiteral(after)} AND profile_id <= ${textLiteral(upTo)}`;
  if (ids === undefined && asked.people.kind === "everybody") {
    // The log is read once: whoever has no events of it is known by what the lake was told.
    const told = `SELECT profile_id FROM picked UNION SELECT profile_id FROM computed_traits WHERE ${range}`;
    return [...pickedSql({ ...asked, dialect, whose: range }), `meant AS (${told})`];
  }
  const named = ids?.map((id) => `(${textLiteral(id)})`).join(", ");
  const [before, meant] =
    named === undefined
      ? [whoeverSql(asked, dialect), `SELECT DISTINCT profile_id FROM whoever WHERE ${range}`]
      : [[], `SELECT profile_id FROM (VALUES ${named}) AS named (profile_id)`];
  const whose = "profile_id IN (SELECT profile_id FROM meant)";
  return [...before, `meant AS (${meant})`, ...pickedSql({ ...asked, dialect, whose })];
}

/** Values by profile, of rows in which those of a person and a trait follow each other. */
export function valuesIn(
  { traits, now }: Pick<Asked, "traits" | "now">,
  rows: QueryResult["rows"],
): ReadonlyMap<string, JsonObject> {
  const values = new Map<string, JsonObject[]>();
  let item: { readonly id: string; readonly trait: number; readonly rows: (readonly Json[])[] } | undefined;
  const finish = (): void => {
    const trait = item && traits[item.trait];
    if (item && trait) values.get(item.id)?.push(valuesOf(trait, measuredIn(item.rows), now));
  };
  for (const [id, ...row] of rows) {
    const [profileId, trait] = [textOf(id), row[0] === null || row[0] === undefined ? -1 : Number(row[0])];
    if (item?.id === profileId && item.trait === trait) {
      item.rows.push(row);
      continue;
    }
    finish();
    if (!values.has(profileId)) values.set(profileId, []);
    item = { id: profileId, trait, rows: [row] };
  }
  finish();
  return new Map([...values].map(([id, some]) => [id, inOrder(some)]));
}

const at = Object.fromEntries(MEASURED_COLUMNS.map((name, place) => [name, place])) as Readonly<
  Record<(typeof MEASURED_COLUMNS)[number], number>
>;

function measuredIn(rows: readonly (readonly Json[])[]): Measured {
  const [row = []] = rows;
  const cell = (name: keyof typeof at): Json => row[at[name]] ?? null;
  const number = (name: keyof typeof at): number | undefined => numberIn(cell(name));
  const micros = cell("micros");
  const score = cell("score");
  return {
    events: number("events") ?? 0,
    first: Date.parse(textOf(cell("first_at"))),
    last: Date.parse(textOf(cell("last_at"))),
    values: rows.flatMap((some) => scalarIn(some) ?? []),
    distinct: number("distinct_values") ?? 0,
    micros: micros === null ? undefined : BigInt(textOf(micros)),
    numbers: number("numbers") ?? 0,
    least: number("least"),
    greatest: number("greatest"),
    score: score === null ? undefined : textOf(score),
  };
}

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

/** Zero has one sign here. */
const numberIn = (value: Json | undefined): number | undefined =>
  value === null || value === undefined ? undefined : Number(value) + 0;

function scalarIn(row: readonly Json[]): Scalar | undefined {
  const [text, flag] = [row[at.text_value], row[at.flag_value]];
  if (typeof text === "string") return text;
  return numberIn(row[at.number_value]) ?? (typeof flag === "boolean" ? flag : undefined);
}
