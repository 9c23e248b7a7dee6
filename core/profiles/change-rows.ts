import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { identifierText } from "#core/kernel/identifier.ts";
import { canonicalJson } from "#core/kernel/json.ts";
import { type EpochMs, isoDay, isoTime } from "#core/kernel/time.ts";
import type { ComponentChange } from "./absorb-events.flow.ts";
import { type LinkChangeRow, linkChanges } from "./link-change-rows.ts";
import type { Stored } from "./ports.ts";
import type { Profile } from "./profile.ts";
import { type ProfileGroup, profileGroupsOf, profileOf } from "./profiles-of.ts";

/** `identity_changes`: from this version on, this identity key belongs to this profile. */
export interface IdentityChangeRow {
  readonly identity_key: string;
  readonly identifier_type: string;
  readonly identifier_value: string;
  readonly profile_id: string;
  readonly previous_profile_id: string | null;
  readonly version: number;
  readonly changed_at: string;
  readonly dt: string;
}

/** `profile_changes`: from this version on, the profile looks like this; `gone` where it lives on in another. */
export interface ProfileChangeRow {
  readonly profile_id: string;
  readonly gone: boolean;
  readonly identifiers: string;
  readonly traits: string;
  readonly consent: string;
  readonly first_seen: string;
  readonly version: number;
  readonly changed_at: string;
  readonly dt: string;
}

/**
 * `consent_changes`: the profile's word on a purpose is now this. `unknown` where it has none any more, because whoever
 * gave it is another profile now: then nobody stated it, and no source.
 */
export interface ConsentChangeRow {
  readonly profile_id: string;
  readonly purpose: string;
  readonly state: string;
  readonly stated_at: string | null;
  readonly source: string | null;
  readonly version: number;
  readonly changed_at: string;
  readonly dt: string;
}

export interface ChangeRows {
  readonly identity_changes: IdentityChangeRow[];
  readonly profile_changes: ProfileChangeRow[];
  readonly consent_changes: ConsentChangeRow[];
  readonly link_changes: LinkChangeRow[];
}

export const noChangeRows = (): ChangeRows => ({
  identity_changes: [],
  profile_changes: [],
  consent_changes: [],
  link_changes: [],
});

/**
 * What the lake is told when what stands at a key changes. It works from one key's before and after alone, because
 * that is what a DynamoDB stream delivers; the highest version of a row wins, so order of arrival does not matter.
 * That a profile was seen again is no change: its events say so.
 */
export function changeRows(change: ComponentChange, rules: IdentityRules, now: EpochMs): ChangeRows {
  const rows = noChangeRows();
  if (looksUntouched(change)) return rows;
  const before = groupsOf(change.before, rules);
  const after = groupsOf(change.after, rules);
  const version = change.after.version;
  const at = { version, changed_at: isoTime(now), dt: isoDay(now) };
  const homes = new Map(before.flatMap((group) => group.members.map(([key]) => [key, group.id] as const)));
  const earlier = new Map(before.map((group) => [group.id, profileOf(group, 0)]));
  for (const group of after) {
    for (const [key, { identifier }] of group.members) {
      const home = homes.get(key);
      if (home === group.id) continue;
      rows.identity_changes.push({
        identity_key: identifierText(identifier),
        identifier_type: identifier.type,
        identifier_value: identifier.value,
        profile_id: group.id,
        previous_profile_id: home ?? null,
        ...at,
      });
    }
    const now = profileOf(group, version);
    const was = earlier.get(group.id);
    earlier.delete(group.id);
    if (was === undefined || looksOf(was) !== looksOf(now))
      rows.profile_changes.push({ ...rowOf(now), gone: false, ...at });
    rows.consent_changes.push(...consentRows(was, now).map((row) => ({ ...row, ...at })));
  }
  rows.link_changes.push(...saidOf(change).map((row) => ({ ...row, ...at })));
  for (const gone of earlier.values()) {
    rows.profile_changes.push({ ...rowOf(gone), gone: true, ...at });
    rows.consent_changes.push(...unsaid(gone, {}).map((row) => ({ ...row, ...at })));
  }
  return rows;
}

const saidOf = ({ before, after }: ComponentChange): ReturnType<typeof linkChanges> =>
  after.kind === "component"
    ? linkChanges(before?.kind === "component" ? before.component : undefined, after.component)
    : [];

const groupsOf = (stored: Stored | undefined, rules: IdentityRules): readonly ProfileGroup[] =>
  stored?.kind === "component" ? profileGroupsOf(stored.component, rules) : [];

/**
 * Sees quickly that only times and recent events moved, which is so for most events: joins answer the very thing they
 * were given where nothing is added. Where it answers `false` the rows are compared in full.
 */
function looksUntouched({ before, after }: ComponentChange): boolean {
  if (before?.kind !== "component" || after.kind !== "component") return false;
  const [was, is] = [before.component, after.component];
  if (was.members.size !== is.members.size || was.links.size !== is.links.size) return false;
  if (was.retracted.size !== is.retracted.size) return false;
  for (const [id, link] of is.links) if (was.links.get(id) !== link) return false;
  for (const [id, retraction] of is.retracted) if (was.retracted.get(id) !== retraction) return false;
  for (const [key, { firstSeen, fragment }] of is.members) {
    const other = was.members.get(key);
    if (other?.firstSeen !== firstSeen) return false;
    if (other.fragment?.traits !== fragment?.traits || other.fragment?.consent !== fragment?.consent) return false;
  }
  return true;
}

/** What an analyst sees of a profile, as text, to tell whether it changed. */
const looksOf = (profile: Profile): string =>
  canonicalJson([
    profile.identifiers.map(({ type, value }) => [type, value]),
    profile.traits,
    Object.fromEntries(Object.entries(profile.consent).map(([purpose, { state }]) => [purpose, state])),
    profile.firstSeen,
  ]);

const rowOf = (
  profile: Profile,
): Pick<ProfileChangeRow, "profile_id" | "identifiers" | "traits" | "consent" | "first_seen"> => ({
  profile_id: profile.id,
  identifiers: JSON.stringify(profile.identifiers.map(({ type, value }) => ({ type, value }))),
  traits: JSON.stringify(profile.traits),
  consent: JSON.stringify(
    Object.fromEntries(Object.entries(profile.consent).map(([purpose, { state }]) => [purpose, state])),
  ),
  first_seen: profile.firstSeen,
});

type Word = Pick<ConsentChangeRow, "profile_id" | "purpose" | "state" | "stated_at" | "source">;

function consentRows(was: Profile | undefined, now: Profile): readonly Word[] {
  const said = Object.entries(now.consent).flatMap(([purpose, { state, at, source }]): readonly Word[] => {
    const unchanged = was?.consent[purpose]?.state === state && was.consent[purpose]?.at === at;
    return unchanged ? [] : [{ profile_id: now.id, purpose, state, stated_at: at, source }];
  });
  return was === undefined ? said : [...said, ...unsaid(was, now.consent)];
}

/** The words of a profile that it has no longer. Told, or a person who was split off would seem to have given them. */
const unsaid = (was: Profile, consent: Profile["consent"]): readonly Word[] =>
  Object.keys(was.consent)
    .filter((purpose) => !Object.hasOwn(consent, purpose))
    .map((purpose) => ({ profile_id: was.id, purpose, state: "unknown", stated_at: null, source: null }));
