import type * as z from "zod";
import { MAX_QUALITY_DAYS, type QUALITY_ROUTES, type Quality, USUAL_QUALITY_DAYS } from "#contracts/http/quality.ts";
import { fillSavedQuery } from "#contracts/saved-queries/fill-saved-query.ts";
import { PROMOTED_COLUMNS, QUALITY_QUERIES } from "#contracts/saved-queries/quality.ts";
import { LakeQueryError } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { DAY, type EpochMs, isoDay, parseTime } from "#core/kernel/time.ts";
import type { Acts } from "./act.ts";
import type { ApiPorts } from "./ports.ts";
import { refusedSql } from "./refused-sql.ts";
import { countOf, type Row, rowsOf, textOf, timeOf } from "./sql-text.ts";

export const qualityActs: Acts<typeof QUALITY_ROUTES> = {
  dataQuality: async (ports, { query }) => {
    try {
      const days = windowOf(query, ports.clock());
      return isRejection(days) ? days : await qualityOf(ports, days);
    } catch (error) {
      // A statement of ours is not refused for what it says: a file of the lake cannot be read, or there is too much.
      if (error instanceof LakeQueryError) return refusedSql(error);
      throw error;
    }
  },
};

type Asked = z.output<(typeof QUALITY_ROUTES)["dataQuality"]["query"]>;

interface Days {
  readonly since: string;
  readonly until: string;
}

function windowOf({ from, to }: Asked, now: EpochMs): Days | Rejection<"query.bad_parameter"> {
  const until = to === undefined ? (parseTime(isoDay(now)) ?? now) + DAY : dayIn(to);
  const since = from === undefined ? until && until - USUAL_QUALITY_DAYS * DAY : dayIn(from);
  if (until === undefined || since === undefined) {
    return rejection("query.bad_parameter", "from and to are days that there are, such as 2026-11-02");
  }
  const days = (until - since) / DAY;
  if (days < 1 || days > MAX_QUALITY_DAYS) {
    return rejection("query.bad_parameter", `from must lie from 1 to ${MAX_QUALITY_DAYS} days before to`);
  }
  return { since: isoDay(since), until: isoDay(until) };
}

/** A day that no month has would become another. */
function dayIn(text: string): EpochMs | undefined {
  const at = parseTime(text);
  return at !== undefined && isoDay(at) === text ? at : undefined;
}

async function qualityOf(ports: ApiPorts, days: Days): Promise<Quality | Rejection> {
  const ask = async (name: keyof typeof QUALITY_QUERIES): Promise<readonly Row[]> => {
    const sql = fillSavedQuery(QUALITY_QUERIES[name], { since: days.since, until: days.until });
    if (isRejection(sql)) throw new Error(`the days of data quality are days: ${sql.message}`);
    return rowsOf(await ports.analyst.query(sql));
  };
  const [freshness, duplicates, volumes, columns, traits, plan, badEvents, identity] = await Promise.all([
    ask("quality-freshness"),
    ask("quality-duplicates"),
    ask("quality-volumes"),
    ask("quality-columns"),
    ask("quality-traits"),
    ask("quality-plan"),
    ask("quality-bad-events"),
    ask("quality-identity"),
  ]);
  return {
    from: days.since,
    to: days.until,
    sources: sourcesOf(freshness, duplicates, ports.clock()),
    volumes: volumesOf(volumes),
    columns: columns.map(columnsOf),
    traits: traits.map(traitOf),
    plan: plan.map(planOf),
    badEvents: badEvents.map(badEventsOf),
    identity: identityOf(identity[0] ?? {}),
    damagedFiles: (ports.damagedFiles?.() ?? []).map(({ table, file, why }) => ({ table, file, why })),
  };
}

const numberOf = (value: Row[string] | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);

function sourcesOf(freshness: readonly Row[], duplicates: readonly Row[], now: EpochMs): Quality["sources"] {
  const repetitions = new Map(duplicates.map((row) => [textOf(row.source), countOf(row.repetitions)]));
  return freshness.map((row) => {
    const source = textOf(row.source);
    const lastReceived = timeOf(row.last_received);
    return {
      source,
      events: countOf(row.events),
      lastReceived,
      minutesSilent: Math.max(0, Math.floor((now - Date.parse(lastReceived)) / 60_000)),
      lastEvent: row.last_event === null ? null : timeOf(row.last_event),
      lagSeconds: numberOf(row.lag_seconds),
      mostLagSeconds: numberOf(row.most_lag_seconds),
      lateShare: numberOf(row.late) ?? 0,
      repetitions: repetitions.get(source) ?? 0,
    };
  });
}

const unusualOf = (word: Row[string] | undefined): "high" | "low" | null =>
  word === "high" || word === "low" ? word : null;

/** Rows come pair by pair, day by day. */
function volumesOf(rows: readonly Row[]): Quality["volumes"] {
  const pairs = Map.groupBy(rows, (row) => JSON.stringify([row.source, row.event]));
  return [...pairs.values()].map((those) => {
    const days = those.map((row) => ({
      day: textOf(row.day),
      events: countOf(row.events),
      usual: numberOf(row.usual),
      unusual: unusualOf(row.unusual),
    }));
    const events = days.reduce((sum, day) => sum + day.events, 0);
    return { source: textOf(those[0]?.source), event: textOf(those[0]?.event), events, days };
  });
}

const columnsOf = (row: Row): Quality["columns"][number] => ({
  event: textOf(row.event),
  events: countOf(row.events),
  missing: Object.fromEntries(PROMOTED_COLUMNS.map((name) => [name, numberOf(row[name]) ?? 0])),
});

const traitOf = (row: Row): Quality["traits"][number] => ({
  trait: textOf(row.trait),
  events: countOf(row.events),
  empty: countOf(row.empty),
  missingShare: numberOf(row.missing) ?? 0,
});

const planOf = (row: Row): Quality["plan"][number] => ({
  source: textOf(row.source),
  event: textOf(row.event),
  standing: textOf(row.standing),
  cameIn: countOf(row.came_in),
  refused: countOf(row.refused),
});

const badEventsOf = (row: Row): Quality["badEvents"][number] => ({
  code: textOf(row.code),
  source: textOf(row.source),
  badEvents: countOf(row.bad_events),
  recovered: countOf(row.recovered),
  lastReceived: timeOf(row.last_received),
});

const identityOf = (row: Row): Quality["identity"] => ({
  events: countOf(row.events),
  withProfile: countOf(row.with_profile),
  anonymous: countOf(row.anonymous),
  activePeople: countOf(row.active_people),
  people: countOf(row.people),
  withEmail: countOf(row.with_email),
  withPhone: countOf(row.with_phone),
  withUserId: countOf(row.with_user_id),
  anonymousPeople: countOf(row.anonymous_people),
});
