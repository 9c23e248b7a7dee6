import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "#adapters/local/database.ts";
import type { ProgressStore } from "#adapters/local/progress-store.ts";
import { sqliteComponentPages } from "#adapters/local/sqlite-component-pages.ts";
import { DEFINITIONS_SCHEMA, sqliteDefinitions } from "#adapters/local/sqlite-definitions.ts";
import { LIST_KEYS_SCHEMA } from "#adapters/local/sqlite-list-keys.ts";
import { sqliteMembershipStore } from "#adapters/local/sqlite-membership-store.ts";
import { sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Clock } from "#core/kernel/ports.ts";
import type { ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import { reactToChanges } from "#core/segments/realtime/react.flow.ts";
import { type SegmentSet, segmentSet } from "#core/segments/realtime/segment-set.ts";
import { SWEEP, type SweepState, sweepOn } from "#core/segments/realtime/sweep.flow.ts";
import { reactToTime } from "#core/segments/realtime/timers.flow.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { keepSegmentRows } from "./keep-segment-rows.ts";
import { type MovedBeside, openMovedBeside } from "./moved-beside.ts";

/** Moves people in and out of segments as profiles change and time goes by: what `react` is in the cloud. */
export interface Reactor {
  /** Looks at profiles that changed, within the transaction that changes them. Never gives way to anything else. */
  react(changes: readonly ComponentChange[], rules: IdentityRules): Promise<void>;
  /** Looks at the next whose time has come, and at the next of everybody after a definition changed; answers how many. */
  step(rules: IdentityRules): Promise<number>;
  /** UTF-16 units of rows made so far by this process. */
  made(): number;
  close(): void;
}

export interface ReactorPorts {
  readonly database: DatabaseSync;
  readonly progress: Pick<ProgressStore, "addChanges">;
  /** The file of the definitions, which others write. */
  readonly definitions: string;
  /** The file of computed traits, which others write. */
  readonly computed: string;
  readonly clock: Clock;
  readonly onTrouble: (error: unknown, what: string) => void;
}

/** Looked at in one transaction: whoever waits to be absorbed waits for no more than these. */
const PAGE = 200;

export function openReactor(ports: ReactorPorts): Reactor {
  const { database, progress, clock, onTrouble } = ports;
  const definitions = openDatabase(ports.definitions, DEFINITIONS_SCHEMA + LIST_KEYS_SCHEMA);
  const segments = sqliteDefinitions<SegmentDefinition>(definitions, "segment", clock);
  const keep = keepSegmentRows(progress);
  let made = 0;
  const keepRows = (rows: readonly SegmentChangeRow[]): void => {
    made += keep(rows);
  };
  // Beside the profiles, so that one commit moves a page's memberships and how far the sweep has come.
  database.exec(DEFINITIONS_SCHEMA);
  const moved = openMovedBeside({ database, definitions, computed: ports.computed, clock });
  const react = {
    store: sqliteProfileStore(database),
    memberships: sqliteMembershipStore(database, keepRows),
    beside: moved.beside,
    pages: sqliteComponentPages(database),
    definitions: segments,
    sweeps: sqliteDefinitions<SweepState>(database, "segment_sweep", clock),
  };
  let isRested = false;
  const current = latestSegments(definitions, segments, () => {
    isRested = false;
    moved.listsMayHaveMoved();
  });
  const look = async (rules: IdentityRules): Promise<number> => {
    const now = clock();
    const terms = { segments: await current(), rules, now };
    const { looked } = await reactToTime(react, terms, PAGE);
    const beside = await moved.look(react, terms, PAGE);
    if (isRested) return looked + beside;
    const swept = await sweepOn(react, { rules, now, limit: PAGE, settleMs: 0 });
    isRested = swept.kind === "rested";
    return looked + beside + (isRested ? 0 : 1);
  };
  let ruledBy: IdentityRules | undefined;
  return {
    react: async (changes, rules) => {
      try {
        await reactToChanges(react, changes, { segments: await current(), rules, now: clock() });
      } catch (error) {
        // Profiles are not to wait for segments: everybody is looked at again instead.
        onTrouble(error, `segments of ${changes.length} changed profiles`);
        await react.sweeps.delete(SWEEP);
        isRested = false;
      }
    },
    step: async (rules) => {
      if (ruledBy !== rules) isRested = false;
      ruledBy = rules;
      await current();
      const waits = moved.waits() || !isRested || (await react.memberships.due(clock(), 1)).length > 0;
      return waits ? inOneTransaction(database, () => look(rules), moved) : 0;
    },
    made: () => made,
    close: () => {
      moved.close();
      definitions.close();
    },
  };
}

/** The segments that are defined now, read again whenever another connection wrote. */
function latestSegments(
  definitions: DatabaseSync,
  segments: ReturnType<typeof sqliteDefinitions<SegmentDefinition>>,
  onChange: () => void,
): () => Promise<SegmentSet> {
  const version = definitions.prepare("PRAGMA data_version");
  let [readAt, known]: [unknown, SegmentSet] = [undefined, segmentSet([])];
  return async () => {
    const at = version.get()?.data_version;
    if (readAt === at) return known;
    [readAt, known] = [at, segmentSet(await segments.list())];
    onChange();
    return known;
  };
}

/** As with absorbing, nothing gives way to anything else between the beginning and the end. */
async function inOneTransaction<T>(
  database: DatabaseSync,
  work: () => Promise<T>,
  then: Pick<MovedBeside, "committed" | "rolledBack">,
): Promise<T> {
  database.exec("BEGIN IMMEDIATE");
  let done: T;
  try {
    done = await work();
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    then.rolledBack();
    throw error;
  }
  await then.committed();
  return done;
}
