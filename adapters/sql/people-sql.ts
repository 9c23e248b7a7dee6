import { textLiteral } from "./literal.ts";
import { listed, type Plan } from "./plan.ts";

/** `people`: each profile with what is asked of its traits, consent, computed traits and lists. */
export function peopleSql(plan: Plan): string {
  const { traits, consent } = plan;
  const raw = ["profile_id", ...traits.raw(), ...consent.raw()];
  const read = ["profile_id", ...traits.read(), ...consent.read()];
  const source = raw.length === 1 ? "profiles" : `(\n    SELECT ${listed(raw, 6)}\n    FROM profiles\n  ) extracted`;
  return `people AS (\n  SELECT ${listed(read, 4)}\n  FROM ${source}\n)`;
}

/** What lies beside the profile, as `name` → its select. Each has at most one row a profile, and is joined where it has. */
export function besideSql(plan: Plan): readonly (readonly [string, string])[] {
  return [...computedSql(plan), ...listsSql(plan)];
}

function computedSql({ computed }: Plan): readonly (readonly [string, string])[] {
  if (computed.raw().length === 0) return [];
  const raw = listed(["profile_id", ...computed.raw()], 6);
  const read = listed(["profile_id", ...computed.read()], 4);
  return [["figured", `\n  SELECT ${read}\n  FROM (\n    SELECT ${raw}\n    FROM computed_traits\n  ) extracted\n`]];
}

function listsSql({ lists }: Plan): readonly (readonly [string, string])[] {
  if (lists.size === 0) return [];
  const columns = [...lists].map(([id, name]) => `bool_or(list_id = ${textLiteral(id)}) AS ${name}`);
  const ids = [...lists.keys()].map(textLiteral).join(", ");
  const select = listed(["profile_id", ...columns], 4);
  return [
    ["on_lists", `\n  SELECT ${select}\n  FROM list_people\n  WHERE list_id IN (${ids})\n  GROUP BY profile_id\n`],
  ];
}
