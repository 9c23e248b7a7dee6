import type { LakeTable } from "#contracts/lake.ts";
import { messageEventRow } from "#core/campaigns/message-event-row.ts";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import { admit } from "#core/events/admit.ts";
import type { Event } from "#core/events/event.ts";
import { badEventRow, eventsLogRow } from "#core/events/lake-rows.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import { DAY, HOUR, isoDay, isoTime } from "#core/kernel/time.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import { changeRows } from "#core/profiles/change-rows.ts";
import { shopEvents } from "#local/demo/shop.ts";
import type { Delivery } from "#local/demo/shop-world.ts";
import { type ApiWorld, apiWorld, NOW } from "#test/support/api-world.ts";
import type { DuckDbLake } from "#test/support/duckdb-lake.ts";
import type { LakeRow, RowsOfTables } from "./trino-lake.ts";

/** The demonstration's shop: duplicates, late events, typing errors, family tablets and broken events are its own. */
const SHOP = { seed: "trino", people: 90, start: NOW - 40 * DAY };
const EVENTS = 3_000;
const BATCH = 250;

export interface TrinoShop {
  readonly rows: RowsOfTables;
  /** The API over the profiles that these rows are of. */
  readonly world: ApiWorld;
  /** Identifiers to ask about: of somebody merged, of somebody taken apart again. */
  readonly asked: readonly string[];
}

/** Everything that the lake can hold, from the code that writes it: forty days of a shop, then what people do by hand. */
export async function trinoShop(): Promise<TrinoShop> {
  const { rows, lake } = collectingLake();
  const world = await apiWorld(lake);
  const users = await play(world, lake, [...shopEvents(SHOP).take(EVENTS), ...kiosk()]);
  const asked = await actByHand(world, users);
  const people = [...new Set((rows.profile_changes ?? []).map((row) => String(row.profile_id)))].sort();
  for (const [table, more] of Object.entries(writtenElsewhere(people)) as [LakeTable, readonly object[]][]) {
    rows[table] = [...(rows[table] ?? []), ...(more as readonly LakeRow[])];
  }
  rows.events_log = (rows.events_log ?? []).map(heldToPlans);
  return { rows, world, asked };
}

/** As a tracking plan would have marked some of them. */
const heldToPlans = (row: LakeRow, nth: number): LakeRow =>
  nth % 17 === 0
    ? { ...row, plan_status: "violating", plan_problems: '[{"path":"/properties","message":"is missing"}]' }
    : { ...row, plan_status: nth % 23 === 0 ? "unplanned" : nth % 5 === 0 ? "planned" : null };

/** Keeps what is appended; nobody asks it anything. */
function collectingLake(): { readonly rows: Partial<Record<LakeTable, LakeRow[]>>; readonly lake: DuckDbLake } {
  const rows: Partial<Record<LakeTable, LakeRow[]>> = {};
  const lake: DuckDbLake = {
    append: async (table, more) => {
      const kept: LakeRow[] = rows[table] ?? [];
      kept.push(...(more as readonly object[] as readonly LakeRow[]));
      rows[table] = kept;
    },
    query: async () => {
      throw new Error("this lake only collects");
    },
    clear: async () => {},
    close: () => {},
  };
  return { rows, lake };
}

/** Three people who log in on one device, one after another, and what is done there before, between and after. */
function kiosk(): readonly Delivery[] {
  const names = [undefined, "k-ana", undefined, "k-bob", undefined, undefined, "k-zoé", undefined];
  return names.map((name, nth): Delivery => {
    const at = NOW - 2 * DAY + nth * HOUR;
    const said = { type: "track", event: "Kiosk Used", anonymousId: "kiosk-1", properties: { step: nth } };
    const event = { ...said, messageId: `kiosk-${nth}`, timestamp: isoTime(at), ...(name && { userId: name }) };
    return { source: "site", at, event };
  });
}

/** Takes deliveries in, batch by batch, as collection and the resolver would; answers the user ids that came. */
async function play(world: ApiWorld, lake: DuckDbLake, deliveries: readonly Delivery[]): Promise<readonly string[]> {
  const users = new Set<string>();
  for (let from = 0; from < deliveries.length; from += BATCH) {
    const batch = deliveries.slice(from, from + BATCH);
    const admitted = batch.map(({ source, at, event }, position) =>
      admit(
        event,
        { position, sentAt: isoTime(at) },
        { source, trust: "server", receivedAt: at + 300, limits: defaultAdmissionLimits, normalise },
      ),
    );
    const events: Event[] = [];
    for (const each of admitted) {
      if (each.kind === "event") events.push(each.event);
      else await lake.append("bad_events", [badEventRow(each.badEvent)]);
    }
    await lake.append("events_log", events.map(eventsLogRow));
    const { changes } = await absorbEvents(
      { store: world.ports.store, pause: async () => {} },
      { events, assertions: [] },
      defaultIdentityRules,
    );
    const at = (batch.at(-1)?.at ?? NOW) + 1_000;
    for (const change of changes) {
      const made = changeRows(change, defaultIdentityRules, at);
      for (const table of Object.keys(made) as (keyof typeof made)[]) await lake.append(table, made[table]);
    }
    for (const { userId } of events) if (userId !== undefined) users.add(userId);
  }
  return [...users].sort();
}

const normalise = normaliserFor(defaultIdentityRules);

/** Merges, one taken back, one profile said to be two, one shape made through the profile's own page. */
async function actByHand(world: ApiWorld, users: readonly string[]): Promise<readonly string[]> {
  const [a, b, c, d, e, f, g, h] = users as readonly [string, string, string, string, string, string, string, string];
  const link = async (verdict: "same" | "different", x: string, y: string): Promise<string> => {
    const said = { a: { type: "user_id", value: x }, b: { type: "user_id", value: y }, verdict, reason: "it's a test" };
    const made = await world.ask("POST", "/api/links", said);
    await world.settle();
    return String(made.body.id);
  };
  await link("same", a, b);
  const undone = await link("same", c, d);
  await world.ask("DELETE", `/api/links/${encodeURIComponent(undone)}?reason=mistaken`);
  await world.settle();
  await link("different", e, f);
  await world.ask("POST", `/api/profiles/user_id:${g}/merge`, { with: `user_id:${h}`, reason: "one household" });
  await world.settle();
  return [a, c, e, g].map((id) => `user_id:${id}`);
}

/** What campaigns, segments, lists and computed traits write, with repetitions and rows that came out of order. */
function writtenElsewhere(people: readonly string[]): Readonly<Record<string, readonly object[]>> {
  const some = people.slice(0, 24);
  return {
    message_events: some.flatMap((profileId, nth) => messageRows(profileId, nth)),
    segment_changes: some.flatMap((profileId, nth) => segmentRows(profileId, nth)),
    list_members: listRows(LISTED),
    computed_changes: some.flatMap((profileId, nth) =>
      [1, 2, 2].map((run) => ({
        profile_id: profileId,
        gone: run === 2 && nth % 5 === 0,
        computed: JSON.stringify({ ltv: nth * run, "it's": "é" }),
        run,
        changed_at: isoTime(NOW - DAY + run),
        dt: isoDay(NOW - DAY),
      })),
    ),
  };
}

const LISTED = ["user_id:k-ana", "user_id:k-bob", "user_id:nobody yet"];

/** A list of two links, each with its header, the second of them told twice; a third link is not all there. */
function listRows(identityKeys: readonly string[]): readonly object[] {
  const said = { list_id: "vip", base: 1, imported_at: isoTime(NOW - DAY), dt: isoDay(NOW - DAY) };
  const link = (nth: number, keys: readonly string[], members: number): readonly object[] => [
    ...keys.map((key) => ({ ...said, version: nth, nth, identity_key: key })),
    { ...said, version: nth, nth, members, ends: true },
  ];
  const [first = "", ...others] = identityKeys;
  return [...link(1, [first], 1), ...link(2, others, 2), ...link(2, others, 2), ...link(3, ["user_id:late"], 5)];
}

const STATUSES = ["planned", "held_out", "not_sent", "uncertain", "failed", "sent"] as const;

const messageRows = (profileId: string, nth: number): readonly object[] =>
  STATUSES.slice(0, 1 + (nth % STATUSES.length)).flatMap((status, step) => {
    const row = messageEventRow({
      messageId: `message-${nth}`,
      campaignId: "spring",
      runId: `run-${nth % 2}`,
      profileId,
      channel: "email",
      address: `${profileId}@example.org`,
      treatment: nth % 3 === 0 ? null : "plain",
      status,
      reason: status === "not_sent" ? "no_consent" : null,
      at: NOW - DAY + ((nth * 7 + step * 3) % 5) * HOUR,
    });
    return nth % 4 === 0 ? [row, row] : [row];
  });

const segmentRows = (profileId: string, nth: number): readonly object[] =>
  Array.from({ length: nth % 5 }, (_, step) => ({
    segment_id: `segment-${nth % 2}`,
    definition_version: 1 + (step > 2 ? 1 : 0),
    profile_id: profileId,
    change: (step + nth) % 3 === 0 ? "left" : "entered",
    evaluated_at: isoTime(NOW - (9 - step) * DAY),
    cause: "snapshot",
    dt: isoDay(NOW - (9 - step) * DAY),
  }));
