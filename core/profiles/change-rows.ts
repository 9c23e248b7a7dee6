import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { type IdentifierKey, identifierText } from "#core/kernel/identifier.ts";
import { canonicalJson } from "#core/kernel/json.ts";
import { type EpochMs, isoDay, isoTime } from "#core/kernel/time.ts";
import type { ComponentChange } from "./absorb-events.flow.ts";
import { followsLogins } from "./follows-logins.ts";
import { type LinkChangeRow, linkChanges } from "./link-change-rows.ts";
import type { Stored } from "./ports.ts";
import type { Profile } from "./profile.ts";
import { groupsIn, type ProfileGroup, partitionOf, profileOf } from "./profiles-of.ts";

/** `identity_changes`: from this version on, this identity key belongs to this profile. */
export interface IdentityChangeRow {
  readonly identity_key: string;
  readonly identifier_type: string;
  readonly identifier_value: string;
  readonly profile_id: string;
  /** The same as `profile_id` where only `follows_logins` changed. */
  readonly previous_profile_id: string | null;
  /** A device that several people use: what is done there without a name belongs to the latest login. */
  readonly follows_logins: boolean;
  /** The profile is named after this identifier: whoever holds it later answers to the profile's id. */
  readonly names_profile: boolean;
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
 *
 * While other rules are applied, `told` are those under which the lake may have been told of what stood there before:
 * then a component that is written again as it was says what the rules alone change.
 */
export function changeRows(
  change: ComponentChange,
  rules: IdentityRules,
  now: EpochMs,
  told: readonly IdentityRules[] = [],
): ChangeRows {
  const rows = noChangeRows();
  if (told.length === 0 && looksUntouched(change)) return rows;
  const at: At = { version: change.after.version, changed_at: isoTime(now), dt: isoDay(now) };
  const after = shapeOf(change.after, rules);
  const known = new Set<string>();
  for (const under of [...told, rules]) {
    const { identity_changes, profile_changes, consent_changes } = differenceOf(
      shapeOf(change.before, under),
      after,
      at,
    );
    const isNew = (name: string): boolean => !known.has(name) && known.add(name) !== undefined;
    rows.identity_changes.push(...identity_changes.filter((row) => isNew(`i ${row.identity_key}`)));
    rows.profile_changes.push(...profile_changes.filter((row) => isNew(`p ${row.profile_id}`)));
    rows.consent_changes.push(...consent_changes.filter((row) => isNew(`c ${row.profile_id} ${row.purpose}`)));
  }
  rows.link_changes.push(...saidOf(change).map((row) => ({ ...row, ...at })));
  return rows;
}

type At = Pick<IdentityChangeRow, "version" | "changed_at" | "dt">;

/** What stands at a key, as some rules see it. */
interface Shape {
  readonly groups: readonly ProfileGroup[];
  readonly following: ReadonlySet<IdentifierKey>;
}

function shapeOf(stored: Stored | undefined, rules: IdentityRules): Shape {
  if (stored?.kind !== "component") return { groups: [], following: new Set() };
  const partition = partitionOf(stored.component, rules);
  return {
    groups: groupsIn(stored.component, partition, rules),
    following: followsLogins(stored.component, partition),
  };
}

function differenceOf(before: Shape, after: Shape, at: At): Omit<ChangeRows, "link_changes"> {
  const rows: Omit<ChangeRows, "link_changes"> = { identity_changes: [], profile_changes: [], consent_changes: [] };
  const homes = new Map(before.groups.flatMap((group) => group.members.map(([key]) => [key, group.id] as const)));
  const earlier = new Map(before.groups.map((group) => [group.id, profileOf(group, 0)]));
  for (const group of after.groups) {
    for (const [key, { identifier }] of group.members) {
      const home = homes.get(key);
      const follows = after.following.has(key);
      if (home === group.id && follows === before.following.has(key)) continue;
      rows.identity_changes.push({
        identity_key: identifierText(identifier),
        identifier_type: identifier.type,
        identifier_value: identifier.value,
        profile_id: group.id,
        previous_profile_id: home ?? null,
        follows_logins: follows,
        names_profile: key === group.members[0]?.[0],
        ...at,
      });
    }
    const now = profileOf(group, at.version);
    const was = earlier.get(group.id);
    earlier.delete(group.id);
    if (was === undefined || looksOf(was) !== looksOf(now))
      rows.profile_changes.push({ ...rowOf(now), gone: false, ...at });
    rows.consent_changes.push(...consentRows(was, now).map((row) => ({ ...row, ...at })));
  }
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
  // In one order, whatever the order in which the words came: a row told again is the same row.
  consent: canonicalJson(
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
