import type * as z from "zod";
import type { PROFILE_ROUTES } from "#contracts/http/profiles.ts";
import { parseIdentifier } from "#core/kernel/identifier.ts";
import type { FoundProfile } from "#core/profiles/find-profile.flow.ts";
import { findProfiles } from "#core/profiles/find-profiles.flow.ts";
import { type Likeness, likeBy, likenessIn } from "#core/profiles/likeness.ts";
import { identifierKeyIn } from "#core/profiles/profile-id.ts";
import { profileOf } from "#core/profiles/profiles-of.ts";
import type { ApiPorts } from "./ports.ts";
import { searchSql } from "./search-sql.ts";
import { rowsOf, textOf } from "./sql-text.ts";
import { profilesFor } from "./which-profile.ts";
import { withComputed } from "./with-computed.ts";

type Answer = z.input<(typeof PROFILE_ROUTES)["findProfiles"]["answer"]>;
type Found = Answer["profiles"][number]["found"];

const MOST = 50;

/**
 * Whom a text may mean. Identifiers are asked of the store and so are of this moment. Names and parts are asked of the
 * lake, unless an identifier was plainly meant and found; what the lake finds is read from the store and looked at again,
 * so that nobody is shown as what they were.
 */
export async function searchProfiles(ports: ApiPorts, query: string): Promise<Answer> {
  const known = await profilesFor(ports, query);
  const shown = new Map(known.map((found) => [found.group.id, tell(found, { by: "identifier", from: "store" })]));
  const likeness = known.length > 0 && isWhole(query.trim()) ? undefined : likenessIn(query.trim());
  const alike = likeness === undefined ? [] : await profilesLike(ports, likeness);
  for (const { found, by } of alike) {
    if (!shown.has(found.group.id)) shown.set(found.group.id, tell(found, { by, from: "lake" }));
  }
  const profiles = [...shown.values()];
  return { profiles: await withComputed(ports, profiles.slice(0, MOST)), more: profiles.length > MOST };
}

const tell = ({ group, version }: FoundProfile, found: Found): Answer["profiles"][number] => ({
  ...profileOf(group, version),
  found,
});

/** `type:value`, a profile id, or a whole e-mail address: nobody types these to look for something like them. */
const isWhole = (text: string): boolean =>
  /^[a-z][a-z0-9_]{0,39}$/.test(parseIdentifier(text)?.type ?? "") ||
  identifierKeyIn(text) !== undefined ||
  /^\S+@\S+\.\S+$/.test(text);

interface Alike {
  readonly found: FoundProfile;
  readonly by: Exclude<Found["by"], "identifier">;
}

async function profilesLike(ports: ApiPorts, likeness: Likeness): Promise<readonly Alike[]> {
  // One more than is shown tells whether there are more.
  const result = await ports.lake.query(searchSql(likeness, MOST + 1));
  const keys = rowsOf(result).flatMap((row) => identifierKeyIn(textOf(row.profile_id)) ?? []);
  const found = await findProfiles(ports.store, keys, ports.rules);
  return keys.flatMap((key): readonly Alike[] => {
    const profile = found.get(key);
    const by = profile && likeBy(likeness, profile.group);
    return profile === undefined || by === undefined ? [] : [{ found: profile, by }];
  });
}
