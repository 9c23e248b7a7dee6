import type { DatabaseSync } from "node:sqlite";
import type { Message } from "#core/campaigns/message.ts";
import type { Outbox, Settlement } from "#core/campaigns/ports.ts";
import type { DueMessages } from "#core/campaigns/send-due-messages.flow.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { inTransaction } from "./database.ts";
import { prepareOutbox } from "./outbox-tables.ts";

/** A message as the outbox shows it: what it says, and what became of it. */
export interface OutboxMessage extends Message {
  readonly status: "planned" | "claimed" | Settlement["status"];
  readonly reason: string | null;
  readonly settledAt: EpochMs | null;
  /** How many times it arrived: never more than once. */
  readonly deliveries: number;
}

export interface OutboxFilter {
  readonly campaignId?: string | undefined;
  readonly runId?: string | undefined;
  readonly profileId?: string | undefined;
  readonly address?: string | undefined;
  readonly status?: string | undefined;
}

export interface OutboxPage {
  readonly messages: readonly OutboxMessage[];
  /** What to ask behind for the next page; absent on the last one. */
  readonly next?: number;
}

export interface LocalOutbox extends Outbox, DueMessages {
  /** Messages, latest first, with what became of each; `before` is the `next` of the page before. */
  list(filter: OutboxFilter, page: { readonly limit: number; readonly before?: number | undefined }): OutboxPage;
}

/** The outbox of one machine: a table in SQLite that is the sender's queue too. Its rows are durable when committed. */
export function localOutbox(database: DatabaseSync): LocalOutbox {
  prepareOutbox(database);
  const has = database.prepare("SELECT 1 FROM outbox WHERE id = ? AND message IS NOT NULL");
  const insert = database.prepare(
    `INSERT INTO outbox (id, campaign_id, run_id, profile_id, address, message) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET campaign_id = excluded.campaign_id, run_id = excluded.run_id,
       profile_id = excluded.profile_id, address = excluded.address, message = excluded.message
     WHERE message IS NULL`,
  );
  const positionOf = database.prepare("SELECT position FROM outbox WHERE id = ?");
  const due = database.prepare(
    `SELECT message FROM outbox WHERE status IN ('planned', 'claimed') AND position > ? AND message IS NOT NULL
     ORDER BY position LIMIT ?`,
  );
  return {
    planned: async (ids) => new Set(ids.filter((id) => has.get(id) !== undefined)),
    plan: async (messages) =>
      inTransaction(database, () => {
        for (const message of messages) {
          const { id, campaignId, runId, profileId, to } = message;
          insert.run(id, campaignId, runId, profileId, to.value, JSON.stringify(message));
        }
      }),
    due: async (limit, after) => {
      const behind = after === undefined ? 0 : ((positionOf.get(after)?.position as number | undefined) ?? 0);
      return due.all(behind, limit).map((row) => JSON.parse(row.message as string) as Message);
    },
    list: (filter, page) => listMessages(database, filter, page),
  };
}

const COLUMNS: Readonly<Record<keyof OutboxFilter, string>> = {
  campaignId: "campaign_id",
  runId: "run_id",
  profileId: "profile_id",
  address: "address",
  status: "status",
};

function listMessages(
  database: DatabaseSync,
  filter: OutboxFilter,
  { limit, before }: { readonly limit: number; readonly before?: number | undefined },
): OutboxPage {
  const asked = (Object.keys(COLUMNS) as (keyof OutboxFilter)[]).flatMap((name) => {
    const value = filter[name];
    return value === undefined ? [] : [{ test: `${COLUMNS[name]} = ?`, value }];
  });
  const rows = database
    .prepare(
      `SELECT position, message, status, settlement,
              (SELECT count(*) FROM outbox_deliveries d WHERE d.id = outbox.id) AS deliveries
       FROM outbox WHERE ${[...asked.map(({ test }) => test), "message IS NOT NULL", "position < ?"].join(" AND ")}
       ORDER BY position DESC LIMIT ?`,
    )
    .all(...asked.map(({ value }) => value), before ?? Number.MAX_SAFE_INTEGER, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1)?.position;
  return {
    messages: shown.map(shownMessage),
    ...(rows.length > limit && typeof last === "number" ? { next: last } : {}),
  };
}

function shownMessage(row: Record<string, unknown>): OutboxMessage {
  const settlement = row.settlement === null ? undefined : (JSON.parse(row.settlement as string) as Settlement);
  return {
    ...(JSON.parse(row.message as string) as Message),
    status: row.status as OutboxMessage["status"],
    reason: settlement?.reason ?? null,
    settledAt: settlement?.at ?? null,
    deliveries: row.deliveries as number,
  };
}
