import type * as z from "zod";
import type { PROFILE_ROUTES } from "#contracts/http/profiles.ts";
import { identifierText } from "#core/kernel/identifier.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import { parseTime } from "#core/kernel/time.ts";
import { evidenceId } from "#core/profiles/fragment.ts";
import { type TraitWithProvenance, traitsWithProvenance } from "#core/profiles/profile-provenance.ts";
import type { ProfileGroup } from "#core/profiles/profiles-of.ts";
import { rowsOf, sqlText, sqlTime, textOf } from "./sql-text.ts";

type Answer = z.input<(typeof PROFILE_ROUTES)["profileTraits"]["answer"]>;

/** Each trait of a person, with the event that said it. `lake` is absent where nobody waits for names of events. */
export async function traitsOf(group: ProfileGroup, lake: LakeQuery | undefined): Promise<Answer> {
  const said = traitsWithProvenance(group);
  const events = lake === undefined || said.length === 0 ? NONE : await eventsBy(lake, group, said);
  return {
    profileId: group.id,
    traits: said.map(({ name, value, at, source, event }) => ({
      name,
      value: value as Answer["traits"][number]["value"],
      at,
      event: { source, messageId: null, ...events.get(event), digest: event },
    })),
  };
}

interface Named {
  readonly source: string;
  readonly messageId: string;
}

const NONE: ReadonlyMap<string, Named> = new Map();
/** A person with more identifiers at one instant than this has them from a machine. */
const MOST_ROWS = 10_000;

/**
 * The events that these registers are of. A register knows its event by time and digest: so the events of the person's
 * own identifiers at these instants are read, and their digests made.
 */
async function eventsBy(
  lake: LakeQuery,
  group: ProfileGroup,
  said: readonly TraitWithProvenance[],
): Promise<ReadonlyMap<string, Named>> {
  const keys = group.members.map(([, { identifier }]) => sqlText(identifierText(identifier)));
  const times = [...new Set(said.map(({ at }) => at))].map((at) => sqlTime(parseTime(at) ?? 0));
  const result = await lake.query(`
    SELECT DISTINCT source, message_id FROM events_log
    WHERE identity_key IN (${keys.join(", ")}) AND event_time IN (${times.join(", ")}) LIMIT ${MOST_ROWS}`);
  const wanted = new Set(said.map(({ event }) => event));
  const named = rowsOf(result).map((row) => ({ source: textOf(row.source), messageId: textOf(row.message_id) }));
  return new Map(named.map((event) => [evidenceId(event), event] as const).filter(([by]) => wanted.has(by)));
}
