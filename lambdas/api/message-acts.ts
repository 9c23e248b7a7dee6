import type * as z from "zod";
import type { MESSAGE_ROUTES, MessageItem, Messages } from "#contracts/http/messages.ts";
import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import type { Acts } from "./act.ts";
import { pageOf, readCursor } from "./cursor.ts";
import type { ApiPorts } from "./ports.ts";
import { type Row, rowsOf, sqlAll, sqlEquals, sqlText, textOf, textOrNull, timeOf } from "./sql-text.ts";

type Asked = z.output<(typeof MESSAGE_ROUTES)["messages"]["query"]>;

export const messageActs: Acts<typeof MESSAGE_ROUTES> = {
  messages: (ports, { query }) => messages(ports, query),
};

async function messages(ports: ApiPorts, asked: Asked): Promise<z.input<typeof Messages> | Rejection> {
  const after = readCursor(asked.cursor, 1);
  if (isRejection(after)) return after;
  const [last] = after ?? [];
  const conditions = sqlAll([
    sqlEquals("campaign_id", asked.campaign),
    sqlEquals("run_id", asked.run),
    sqlEquals("profile_id", asked.profile),
    sqlEquals("status", asked.status),
    last === undefined ? undefined : `message_id > ${sqlText(last)}`,
  ]);
  const result = await ports.lake.query(`
    SELECT message_id, campaign_id, run_id, profile_id, channel, address, treatment, status, reason, occurred_at
    FROM messages WHERE ${conditions} ORDER BY message_id LIMIT ${asked.limit + 1}`);
  const { rows, next } = pageOf(rowsOf(result).map(messageOf), asked.limit, ({ messageId }) => [messageId]);
  return { messages: [...rows], next };
}

const messageOf = (row: Row): MessageItem => ({
  messageId: textOf(row.message_id),
  campaignId: textOf(row.campaign_id),
  runId: textOf(row.run_id),
  profileId: textOf(row.profile_id),
  channel: textOf(row.channel),
  address: textOrNull(row.address),
  treatment: textOrNull(row.treatment),
  status: textOf(row.status),
  reason: textOrNull(row.reason),
  occurredAt: timeOf(row.occurred_at),
});
