import { between, type SavedQueries, unitOf } from "./saved-query.ts";

/** Who was there, how often and for how long. Bots are left out. */
export const ACTIVITY_QUERIES = {
  "active-people": {
    title: { en: "Active people: day, week, month", fr: "Personnes actives : jour, semaine, mois" },
    answers: {
      en: "Each day: how many people did anything that day (DAU), in the 7 days up to it (WAU), in the 28 days up to it (MAU), and DAU / MAU. Days on which nobody came are missing from the figures of that day only.",
      fr: "Pour chaque jour : combien de personnes ont fait quoi que ce soit ce jour-là (DAU), dans les 7 jours jusqu’à ce jour (WAU), dans les 28 jours (MAU), et DAU / MAU.",
    },
    parameters: between(90),
    sql: `
WITH active AS (
  SELECT DISTINCT profile_id, CAST(event_time AS DATE) AS day
  FROM events
  WHERE profile_id IS NOT NULL AND NOT coalesce(is_bot, false)
    AND event_time >= {since} - INTERVAL '27' DAY AND event_time < {until}
),
-- The nearest day of activity at or before each day counts for it: so a person counts once.
counted AS (
  SELECT CAST(day + INTERVAL '1' DAY * step AS DATE) AS day, profile_id, min(step) AS days_ago
  FROM active CROSS JOIN UNNEST(sequence(0, 27)) AS s (step)
  GROUP BY 1, profile_id
)
SELECT day,
  count(*) FILTER (WHERE days_ago = 0) AS dau,
  count(*) FILTER (WHERE days_ago < 7) AS wau,
  count(*) AS mau,
  round(CAST(count(*) FILTER (WHERE days_ago = 0) AS DOUBLE) / count(*), 4) AS dau_per_mau
FROM counted
WHERE day >= {since} AND day < {until}
GROUP BY day
ORDER BY day`,
  },
  "active-people-by-period": {
    title: { en: "Active people by day, week or month", fr: "Personnes actives par jour, semaine ou mois" },
    answers: {
      en: "Each day, week (from Monday) or month: people who did anything, those of them who were first seen in it, and their events.",
      fr: "Pour chaque jour, semaine (dès lundi) ou mois : les personnes qui ont fait quoi que ce soit, celles vues pour la première fois, et leurs événements.",
    },
    parameters: { ...between(180), unit: unitOf("month") },
    sql: `
SELECT CAST(date_trunc('{unit}', e.event_time) AS DATE) AS period,
  count(DISTINCT e.profile_id) AS people,
  count(DISTINCT CASE WHEN date_trunc('{unit}', p.first_seen) = date_trunc('{unit}', e.event_time)
    THEN e.profile_id END) AS new_people,
  count(*) AS events
FROM events e LEFT JOIN profiles p ON p.profile_id = e.profile_id
WHERE e.profile_id IS NOT NULL AND NOT coalesce(e.is_bot, false)
  AND e.dt >= {since.dt} AND e.event_time >= {since} AND e.event_time < {until}
GROUP BY 1
ORDER BY 1`,
  },
  sessions: {
    title: { en: "Visits by day", fr: "Visites par jour" },
    answers: {
      en: "Each day: visits that began on it (30 minutes of silence end a visit), people, events and seconds of a visit on average, and the share that was one event only.",
      fr: "Pour chaque jour : les visites commencées (30 minutes de silence y mettent fin), les personnes, les événements et secondes par visite en moyenne, et la part réduite à un seul événement.",
    },
    parameters: between(30),
    sql: `
SELECT CAST(started_at AS DATE) AS day,
  count(*) AS sessions,
  count(DISTINCT profile_id) AS people,
  round(avg(CAST(events AS DOUBLE)), 4) AS events_each,
  round(avg(seconds), 1) AS seconds_each,
  round(CAST(count(*) FILTER (WHERE events = 1) AS DOUBLE) / count(*), 4) AS bounced
FROM sessions
WHERE NOT is_bot AND started_at >= {since} AND started_at < {until}
GROUP BY 1
ORDER BY 1`,
  },
  "entry-pages": {
    title: { en: "Where visits begin", fr: "Où commencent les visites" },
    answers: {
      en: "Pages on which visits began, the most frequent first: visits, people, pages a visit, and the share that saw one event only.",
      fr: "Pages par lesquelles les visites commencent, les plus fréquentes d’abord : visites, personnes, pages par visite, et la part réduite à un seul événement.",
    },
    parameters: between(30),
    sql: `
SELECT coalesce(entry_page, '(none)') AS entry_page,
  count(*) AS sessions,
  count(DISTINCT profile_id) AS people,
  round(avg(CAST(pages AS DOUBLE)), 4) AS pages_each,
  round(CAST(count(*) FILTER (WHERE events = 1) AS DOUBLE) / count(*), 4) AS bounced
FROM sessions
WHERE NOT is_bot AND started_at >= {since} AND started_at < {until}
GROUP BY 1
ORDER BY sessions DESC, entry_page
LIMIT 100`,
  },
} as const satisfies SavedQueries;
