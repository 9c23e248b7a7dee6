import { latestOf } from "#contracts/lake-settled.ts";
import type { SettledInS3 } from "#contracts/lake-settling.ts";
import { isoTime } from "#core/kernel/time.ts";

/** That a key was in a state from a version on, as a row of each table. */
export interface Said {
  readonly key: number;
  readonly version: number;
}

const LONG_AGO = Date.UTC(2025, 0, 1);

const at = (version: number): string => isoTime(LONG_AGO + version);

/** A table, how something said becomes its row, and what is asked of it. */
export interface Changes {
  readonly table: SettledInS3;
  readonly rowOf: (said: Said) => object;
  readonly asked: string;
  readonly expected: (all: readonly Said[]) => readonly (readonly unknown[])[];
}

/** The highest version of each key, in order of keys. */
const latest = (all: readonly Said[]): readonly (readonly [number, number])[] =>
  [...Map.groupBy(all, ({ key }) => key)]
    .map(([key, said]) => [key, Math.max(...said.map(({ version }) => version))] as const)
    .sort(([a], [b]) => a - b);

/** Comes at odd versions, goes at even ones: of those told, in their order, each that is not the one before it again. */
function turns(all: readonly Said[]): readonly (readonly unknown[])[] {
  const found: unknown[][] = [];
  for (const [key, said] of [...Map.groupBy(all, (each) => each.key)].sort(([a], [b]) => a - b)) {
    let isIn = false;
    for (const version of [...new Set(said.map((each) => each.version))].sort((a, b) => a - b)) {
      if ((version % 2 === 1) === isIn) continue;
      isIn = !isIn;
      found.push([`p${key}`, isIn ? "entered" : "left", String(version)]);
    }
  }
  return found;
}

export const CHANGES: readonly Changes[] = [
  {
    table: "identity_changes",
    rowOf: ({ key, version }) => ({
      identity_key: `user_id:${key}`,
      profile_id: `p${key}-${version}`,
      version,
      changed_at: at(version),
    }),
    asked: "SELECT identity_key, profile_id FROM identity_map ORDER BY 1, 2",
    expected: (all) => latest(all).map(([key, version]) => [`user_id:${key}`, `p${key}-${version}`]),
  },
  {
    table: "profile_changes",
    rowOf: ({ key, version }) => ({
      profile_id: `p${key}`,
      gone: version % 3 === 0,
      traits: `{"version":${version}}`,
      version,
      changed_at: at(version),
    }),
    asked: "SELECT profile_id, traits FROM profiles ORDER BY 1, 2",
    expected: (all) =>
      latest(all)
        .filter(([, version]) => version % 3 !== 0)
        .map(([key, version]) => [`p${key}`, `{"version":${version}}`]),
  },
  {
    table: "consent_changes",
    rowOf: ({ key, version }) => ({
      profile_id: "p",
      purpose: `purpose ${key}`,
      state: `state ${version}`,
      version,
      changed_at: at(version),
    }),
    asked: `SELECT purpose, state FROM (${latestOf({ table: "consent_changes", columns: ["purpose", "state"] })}) ORDER BY 1, 2`,
    expected: (all) => latest(all).map(([key, version]) => [`purpose ${key}`, `state ${version}`]),
  },
  {
    table: "segment_changes",
    rowOf: ({ key, version }) => ({
      segment_id: "s",
      profile_id: `p${key}`,
      change: version % 2 === 1 ? "entered" : "left",
      evaluated_at: at(version),
      definition_version: 1,
      cause: String(version),
    }),
    asked: "SELECT profile_id, change, cause FROM segment_turns ORDER BY profile_id, evaluated_at",
    expected: turns,
  },
];
