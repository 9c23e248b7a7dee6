import { between, orderEvent, type SavedQueries } from "./saved-query.ts";

/** What people agreed to, and what came of writing to them. */
export const PEOPLE_QUERIES = {
  "consent-coverage": {
    title: { en: "Consent by purpose", fr: "Consentement par finalité" },
    answers: {
      en: "Each purpose that anybody said anything of: how many of all people granted it, denied it, or said nothing, and the share that granted it.",
      fr: "Pour chaque finalité dont quelqu’un a parlé : combien de personnes l’ont accordée, refusée, ou n’ont rien dit, et la part qui l’a accordée.",
    },
    parameters: {},
    sql: `
WITH said AS (
  SELECT profile_id, purpose, state,
    row_number() OVER (PARTITION BY profile_id, purpose ORDER BY version DESC, changed_at) AS nth
  FROM consent_changes
  WHERE settled IS NULL OR settled
),
stands AS (
  SELECT s.purpose, s.state
  FROM said s JOIN profiles p ON p.profile_id = s.profile_id
  WHERE s.nth = 1
),
everybody AS (SELECT count(*) AS people FROM profiles)
SELECT purpose,
  count(*) FILTER (WHERE state = 'granted') AS granted,
  count(*) FILTER (WHERE state = 'denied') AS denied,
  max(people) - count(*) FILTER (WHERE state IN ('granted', 'denied')) AS unknown,
  round(CAST(count(*) FILTER (WHERE state = 'granted') AS DOUBLE) / max(people), 4) AS share_granted
FROM stands CROSS JOIN everybody
GROUP BY purpose
ORDER BY purpose`,
  },
  "campaign-results": {
    title: { en: "Campaign results against the held-out", fr: "Résultats de campagne face au groupe témoin" },
    answers: {
      en: "Each campaign, run, treatment and end of its messages (sent, held_out, not_sent, failed…): people, those of them who ordered within so many days, their orders and revenue. Compare sent with held_out.",
      fr: "Pour chaque campagne, envoi, variante et issue des messages (sent, held_out, not_sent, failed…) : personnes, celles qui ont commandé dans le délai en jours, leurs commandes et montants. Comparer sent et held_out.",
    },
    parameters: {
      ...between(90),
      event: orderEvent,
      days: {
        kind: "number",
        default: 7,
        least: 1,
        most: 365,
        means: { en: "days after the message that count", fr: "jours après le message qui comptent" },
      },
    },
    sql: `
WITH written AS (
  SELECT message_id, campaign_id, run_id, coalesce(treatment, '') AS treatment, status, profile_id, occurred_at
  FROM messages
  WHERE occurred_at >= {since} AND occurred_at < {until}
),
bought AS (
  SELECT profile_id, event_time, revenue
  FROM events
  WHERE profile_id IS NOT NULL AND event = {event} AND dt >= {since.dt} AND event_time >= {since}
),
-- The profile a message went to may have been merged into another since.
addressed AS (
  SELECT w.message_id, w.campaign_id, w.run_id, w.treatment, w.status, w.occurred_at,
    coalesce(a.profile_id, w.profile_id) AS profile_id
  FROM written w LEFT JOIN profile_aliases a ON a.alias = w.profile_id
),
came AS (
  SELECT m.campaign_id, m.run_id, m.treatment, m.status, m.message_id, max(m.profile_id) AS profile_id,
    count(b.event_time) AS orders, sum(b.revenue) AS revenue
  FROM addressed m LEFT JOIN bought b
    ON b.profile_id = m.profile_id AND b.event_time >= m.occurred_at
      AND b.event_time < m.occurred_at + INTERVAL '{days}' DAY
  GROUP BY m.campaign_id, m.run_id, m.treatment, m.status, m.message_id
)
SELECT campaign_id, run_id, treatment, status,
  count(*) AS messages,
  count(DISTINCT profile_id) AS people,
  count(DISTINCT CASE WHEN orders > 0 THEN profile_id END) AS people_who_ordered,
  sum(orders) AS orders,
  round(coalesce(sum(revenue), 0), 2) AS revenue,
  round(CAST(count(DISTINCT CASE WHEN orders > 0 THEN profile_id END) AS DOUBLE) / count(DISTINCT profile_id), 4) AS conversion
FROM came
GROUP BY campaign_id, run_id, treatment, status
ORDER BY campaign_id, run_id, treatment, status`,
  },
} as const satisfies SavedQueries;
