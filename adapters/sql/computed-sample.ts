import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import type { ComputedSample } from "#core/computed/ports.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { valuesIn } from "./computed-lake.ts";
import { type ComputedStatement, MEASURED_COLUMNS, pickedSql } from "./computed-sql.ts";
import type { SqlDialect } from "./dialect.ts";

/** What a trait comes to for the first few people, by profile id, and how many there are. */
export async function computedSample(
  lake: LakeQuery,
  dialect: SqlDialect,
  asked: { readonly trait: ComputedTrait; readonly now: EpochMs; readonly size: number },
): Promise<ComputedSample> {
  const { trait, now, size } = asked;
  const statement = { traits: [trait], now, dialect };
  const sql = sampleSql(statement, size);
  const { rows } = await lake.query(sql);
  const values = valuesIn(
    statement,
    rows.map((row) => row.slice(0, -1)),
  );
  return { people: Number(rows[0]?.at(-1) ?? 0), values, sql };
}

function sampleSql(statement: ComputedStatement, size: number): string {
  return `WITH ${pickedSql(statement).join(",\n")}
SELECT profile_id, ${MEASURED_COLUMNS.join(", ")}, people
FROM (
  SELECT *, (SELECT count(DISTINCT profile_id) FROM picked) AS people, dense_rank() OVER (ORDER BY profile_id) AS person
  FROM picked
) numbered
WHERE person <= ${size}
ORDER BY 1, 2, 3`;
}
