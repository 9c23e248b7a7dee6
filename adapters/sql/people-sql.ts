import type { Beside } from "#core/segments/needs.ts";
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

/** A select of what lies beside the profile: at most one row each, and none for many. */
interface BesideSql {
  readonly name: string;
  readonly kind: Beside;
  readonly select: string;
}

export const besideSql = (plan: Plan): readonly BesideSql[] => [...computedSql(plan), ...listsSql(plan)];

function computedSql({ computed }: Plan): readonly BesideSql[] {
  if (computed.raw().length === 0) return [];
  const raw = listed(["profile_id", ...computed.raw()], 6);
  const read = listed(["profile_id", ...computed.read()], 4);
  const select = `\n  SELECT ${read}\n  FROM (\n    SELECT ${raw}\n    FROM computed_traits\n  ) extracted\n`;
  return [{ name: "figured", kind: "computed", select }];
}

function listsSql({ lists }: Plan): readonly BesideSql[] {
  if (lists.size === 0) return [];
  const columns = [...lists].map(([id, name]) => `bool_or(list_id = ${textLiteral(id)}) AS ${name}`);
  const ids = [...lists.keys()].map(textLiteral).join(", ");
  const read = listed(["profile_id", ...columns], 4);
  const select = `\n  SELECT ${read}\n  FROM list_people\n  WHERE list_id IN (${ids})\n  GROUP BY profile_id\n`;
  return [{ name: "on_lists", kind: "lists", select }];
}
