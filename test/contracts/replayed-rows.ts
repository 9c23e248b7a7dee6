import assert from "node:assert/strict";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Json } from "#core/kernel/json.ts";
import { compareText } from "#core/kernel/order.ts";
import type { ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import { type ChangeRows, changeRows } from "#core/profiles/change-rows.ts";
import type { History } from "./histories.ts";

/** Everything that the lake is told of changes, once for each time it is told. */
export function rowsOf(changes: readonly ComponentChange[], rules: IdentityRules): ChangeRows {
  const all = changes.map((change) => changeRows(change, rules, 0));
  return {
    identity_changes: all.flatMap((rows) => rows.identity_changes),
    profile_changes: all.flatMap((rows) => rows.profile_changes),
    consent_changes: all.flatMap((rows) => rows.consent_changes),
    link_changes: all.flatMap((rows) => rows.link_changes),
  };
}

/** What rows say stands now, in the form in which `PlainProfile` says it. */
export interface Replayed {
  /** Who belongs to whom, by the text of the identifier. */
  readonly identityMap: Readonly<Record<string, string>>;
  readonly profiles: readonly {
    readonly id: string;
    readonly identifiers: readonly string[];
    readonly traits: Readonly<Record<string, Json>>;
    readonly consent: Readonly<Record<string, string>>;
  }[];
  /** The word on each purpose, of the profiles that are. */
  readonly consents: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Takes rows as the lake's views do: of each name the row of the highest version, whatever the order and however often
 * each was told. Two rows of one name and version that differ would make the answer a matter of luck.
 */
export function replayed(rows: ChangeRows): Replayed {
  const homes = latest(rows.identity_changes, ({ identity_key }) => identity_key);
  const looks = [...latest(rows.profile_changes, ({ profile_id }) => profile_id).values()].filter(({ gone }) => !gone);
  const words = latest(rows.consent_changes, ({ profile_id, purpose }) => JSON.stringify([profile_id, purpose]));
  const consents: Record<string, Record<string, string>> = {};
  for (const { profile_id } of looks) consents[profile_id] = {};
  for (const { profile_id, purpose, state } of words.values()) {
    const own = consents[profile_id];
    if (own !== undefined && state !== "unknown") own[purpose] = state;
  }
  return {
    identityMap: Object.fromEntries([...homes].map(([key, { profile_id }]) => [key, profile_id])),
    profiles: looks
      .map((row) => ({
        id: row.profile_id,
        identifiers: (JSON.parse(row.identifiers) as { type: string; value: string }[])
          .map(({ type, value }) => `${type}:${value}`)
          .sort(compareText),
        traits: JSON.parse(row.traits) as Record<string, Json>,
        consent: JSON.parse(row.consent) as Record<string, string>,
      }))
      .sort((x, y) => compareText(x.id, y.id)),
    consents,
  };
}

function latest<Row extends { readonly version: number }>(rows: readonly Row[], nameOf: (row: Row) => string) {
  const found = new Map<string, Row>();
  const told = new Map<string, Row>();
  for (const row of rows) {
    const name = nameOf(row);
    const other = told.get(`${row.version} ${name}`);
    if (other === undefined) told.set(`${row.version} ${name}`, row);
    else assert.deepEqual(row, other);
    const known = found.get(name);
    if (known === undefined || row.version > known.version) found.set(name, row);
  }
  return found;
}

/**
 * What is told of an identifier is a story without a gap: each row but those of merges names the home before it, and
 * none says what was so already. (What a merge takes in comes from another key, so its rows name no home before.)
 */
export function assertStory(rows: ChangeRows): void {
  const stories = Map.groupBy(rows.identity_changes, ({ identity_key }) => identity_key);
  for (const story of stories.values()) {
    const told = [...new Map(story.map((row) => [row.version, row])).values()].sort((x, y) => x.version - y.version);
    told.forEach((row, nth) => {
      if (row.previous_profile_id === null) return;
      assert.equal(row.previous_profile_id, told[nth - 1]?.profile_id);
      const isSame = row.profile_id === row.previous_profile_id;
      assert.ok(!isSame || row.follows_logins !== told[nth - 1]?.follows_logins, "told of what was so already");
    });
  }
}

/** What people decided about links is told of each decision, and of nothing that nobody decided. */
export function assertDecisions(rows: ChangeRows, { assertions }: History): void {
  const human = new Set(
    assertions.flatMap((said) => (said.kind === "link" && said.link.class === "human" ? [said.link.id as string] : [])),
  );
  const retracted = assertions.flatMap((said) => (said.kind === "retraction" ? [said.link as string] : []));
  const told = (change: string): ReadonlySet<string> =>
    new Set(rows.link_changes.filter((row) => row.change === change).map(({ link_id }) => link_id));
  assert.deepEqual(told("asserted"), human);
  const toldAgain = told("retracted");
  assert.ok([...toldAgain].every((id) => retracted.includes(id)));
  assert.ok(retracted.every((id) => !human.has(id) || toldAgain.has(id)));
}
