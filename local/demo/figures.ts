import type { ManagementApi } from "./management-api.ts";

/** What the lake holds now: asked of it, not counted by the sender. */
export interface Figures {
  readonly events: number;
  readonly people: number;
  /** Profiles there were that live on in another one. */
  readonly merges: number;
  /** Events that could not be used, kept with their reasons. */
  readonly badEvents: number;
}

const FIGURES = `
  SELECT (SELECT count(*) FROM events) AS events,
    (SELECT count(*) FROM profiles) AS people,
    (SELECT count(DISTINCT profile_id) FROM identity_changes) - (SELECT count(*) FROM profiles) AS merges,
    (SELECT count(DISTINCT bad_event_id) FROM bad_events) AS bad_events`;

/** `undefined` where the lake does not answer (yet). */
export async function askFigures(api: ManagementApi): Promise<Figures | undefined> {
  const [row] = (await api.rows(FIGURES)) ?? [];
  if (row === undefined) return undefined;
  return {
    events: Number(row.events),
    people: Number(row.people),
    merges: Number(row.merges),
    badEvents: Number(row.bad_events),
  };
}

/** What one profile is made of: how many identifiers of each type. */
export type Makeup = Readonly<Record<string, number>>;

export async function askMakeup(api: ManagementApi, userId: string): Promise<Makeup | undefined> {
  const { status, body } = await api.get(`/api/profiles/${encodeURIComponent(`user_id:${userId}`)}`);
  if (status !== 200) return undefined;
  const makeup: Record<string, number> = {};
  for (const { type } of (body as { identifiers: readonly { type: string }[] }).identifiers) {
    makeup[type] = (makeup[type] ?? 0) + 1;
  }
  return makeup;
}
