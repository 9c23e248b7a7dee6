import type { DatabaseSync } from "node:sqlite";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { MembershipStore } from "#core/segments/ports.ts";
import {
  type JudgedBy,
  type Membership,
  type MembershipRecord,
  type MembershipWrite,
  segmentChangeRow,
} from "#core/segments/realtime/membership.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";
import { inTransaction } from "./database.ts";

/** Beside the profiles (`PROFILES_SCHEMA`): one commit moves both, and a write looks at both. */
export const MEMBERSHIPS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS memberships (
    profile_id TEXT PRIMARY KEY, version INTEGER NOT NULL, memberships TEXT NOT NULL, changed_at INTEGER NOT NULL,
    due_at INTEGER
  );
  CREATE INDEX IF NOT EXISTS memberships_due ON memberships (due_at) WHERE due_at IS NOT NULL;
`;

/**
 * Memberships in SQLite. `keepRows` keeps what the lake is to be told until it is told; it is called within the
 * transaction that makes the write. The caller may hold a transaction open around several calls.
 */
export function sqliteMembershipStore(
  database: DatabaseSync,
  keepRows: (rows: readonly SegmentChangeRow[]) => void,
): MembershipStore {
  const select = database.prepare(
    "SELECT version, memberships, changed_at, due_at FROM memberships WHERE profile_id = ?",
  );
  const versionAt = database.prepare("SELECT version FROM profiles WHERE key = ?");
  const insert = database.prepare("INSERT INTO memberships VALUES (?, ?, ?, ?, ?) ON CONFLICT (profile_id) DO NOTHING");
  const update = database.prepare(
    "UPDATE memberships SET version = ?, memberships = ?, changed_at = ?, due_at = ? WHERE profile_id = ? AND version = ?",
  );
  const due = database.prepare("SELECT profile_id FROM memberships WHERE due_at <= ? ORDER BY due_at LIMIT ?");
  const stands = ({ key, version }: JudgedBy): boolean => versionAt.get(key)?.version === version;
  const make = ({ profileId, expected, next, changes, judgedBy }: MembershipWrite): boolean => {
    if (judgedBy !== undefined && !stands(judgedBy)) return false;
    const text = JSON.stringify(next.memberships);
    const dueAt = next.dueAt ?? null;
    const made =
      expected === 0
        ? insert.run(profileId, next.version, text, next.changedAt, dueAt)
        : update.run(next.version, text, next.changedAt, dueAt, profileId, expected);
    if (made.changes !== 1) return false;
    if (changes.length > 0) keepRows(changes.map((change) => segmentChangeRow(profileId, change)));
    return true;
  };
  return {
    of: async (profileIds) => {
      const found = new Map<ProfileId, MembershipRecord>();
      for (const id of profileIds) {
        const row = select.get(id);
        if (row !== undefined) found.set(id, recordIn(row));
      }
      return found;
    },
    write: async (writes) => {
      const refused = new Set<number>();
      const makeAll = (): void =>
        writes.forEach((write, position) => {
          if (!make(write)) refused.add(position);
        });
      if (database.isTransaction) makeAll();
      else inTransaction(database, makeAll);
      return refused;
    },
    due: async (now, limit) => due.all(now, limit).map((row) => row.profile_id as ProfileId),
  };
}

function recordIn(row: Readonly<Record<string, unknown>>): MembershipRecord {
  const dueAt = row.due_at as number | null;
  return {
    version: row.version as number,
    memberships: JSON.parse(row.memberships as string) as Readonly<Record<string, Membership>>,
    changedAt: row.changed_at as number,
    ...(dueAt === null ? {} : { dueAt }),
  };
}
