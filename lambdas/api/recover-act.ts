import type * as z from "zod";
import type { BAD_EVENT_ROUTES, Recoveries } from "#contracts/http/bad-events.ts";
import type { BadEvent } from "#core/events/bad-event.ts";
import type { RecoveryOutcome } from "#core/events/recovery/outcome.ts";
import { type EventName, nameText, type RecoveryPorts } from "#core/events/recovery/ports.ts";
import { recoverBadEvents } from "#core/events/recovery/recover-bad-events.flow.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import { DAY, type EpochMs, isoDay, isoTime, parseTime } from "#core/kernel/time.ts";
import { badEventOf, badEventRows, cursorBehind, sqlFilter } from "./bad-event-rows.ts";
import { readCursor } from "./cursor.ts";
import type { ApiPorts } from "./ports.ts";
import { rowsOf, sqlText, textOf } from "./sql-text.ts";

type Asked = z.output<(typeof BAD_EVENT_ROUTES)["recoverBadEvents"]["body"]>;
type Answer = z.input<typeof Recoveries>;

/** How far back is looked where neither `since` nor ids say. */
const LOOK_BACK_MS = 30 * DAY;
/** Characters of payload that one call takes up: they are in memory all at once, beside what they become. */
const MAX_CHARACTERS = 16_000_000;

/** Tries to let in a page of bad events; see `recoverBadEvents` for why each comes in at most once. */
export async function recover(ports: ApiPorts, asked: Asked): Promise<Answer | Rejection> {
  const { filter, limit, rules, dryRun } = asked;
  const after = readCursor(asked.cursor, 2);
  if (isRejection(after)) return after;
  const { ids } = filter;
  // Who names them has seen them, whenever that was.
  const since = parseTime(filter.since) ?? (ids === undefined ? ports.clock() - LOOK_BACK_MS : 0);
  const filters = sqlFilter({ ...filter, since, recovered: ids === undefined ? false : undefined });
  const { rows, isCut } = await badEventRows(ports.lake, { filters, after, limit, characters: MAX_CHARACTERS });
  const badEvents = rows.map(badEventOf);
  const outcomes = await recoverBadEvents(recoveryPorts(ports), badEvents, { rules, dryRun });
  const last = rows.at(-1);
  const isWhole = asked.cursor === undefined && !isCut;
  return {
    dryRun,
    counts: countsOf(outcomes),
    outcomes: badEvents.map((bad, at) => itemOf(bad, outcomes[at])),
    unknownIds: isWhole ? (ids ?? []).filter((id) => !badEvents.some((bad) => bad.id === id)) : [],
    next: isCut && last !== undefined ? cursorBehind(last) : null,
  };
}

const recoveryPorts = ({ recovery, sources, rules, clock, lake }: ApiPorts): RecoveryPorts => ({
  ...recovery,
  clock,
  normalise: normaliserFor(rules),
  sourceOf: async (id) => (await sources.get(id))?.definition,
  present: (names, since) => presentIn(lake, names, since),
});

/** So many message ids of the greatest length fit into a statement. */
const ASKED_AT_ONCE = 500;

async function presentIn(lake: LakeQuery, names: readonly EventName[], since: EpochMs): Promise<ReadonlySet<string>> {
  const ids = [...new Set(names.map(({ messageId }) => messageId))];
  const present = new Set<string>();
  for (let at = 0; at < ids.length; at += ASKED_AT_ONCE) {
    const asked = ids.slice(at, at + ASKED_AT_ONCE).map(sqlText);
    const result = await lake.query(`
      SELECT DISTINCT source, message_id FROM events_log
      WHERE dt >= ${sqlText(isoDay(since))} AND message_id IN (${asked.join(", ")})`);
    for (const row of rowsOf(result)) {
      present.add(nameText({ source: textOf(row.source), messageId: textOf(row.message_id) }));
    }
  }
  return present;
}

function countsOf(outcomes: readonly RecoveryOutcome[]): Answer["counts"] {
  const counts = { recovered: 0, unpacked: 0, already_recovered: 0, still_bad: 0, not_recoverable: 0, events: 0 };
  for (const outcome of outcomes) {
    counts[outcome.kind]++;
    if (outcome.kind === "recovered") counts.events++;
    if (outcome.kind === "unpacked") counts.events += outcome.parts.recovered;
  }
  return counts;
}

function itemOf(bad: BadEvent, outcome: RecoveryOutcome | undefined): Answer["outcomes"][number] {
  if (outcome === undefined) throw new Error("a bad event was tried and nothing is said of it");
  const { id, code, source, name = null, receivedAt } = bad;
  const plain = structuredClone(outcome) as Answer["outcomes"][number]["outcome"];
  return { id, code, source, event: name, receivedAt: isoTime(receivedAt), outcome: plain };
}
