import { between, orderEvent, type QueryParameter, type SavedQueries, unitOf, WITHIN_DAYS } from "./saved-query.ts";

const step = (nth: number, event: string): QueryParameter => ({
  kind: "text",
  default: event,
  means: { en: `the event of step ${nth}`, fr: `l’événement de l’étape ${nth}` },
});

/** Who comes back, who goes on to buy, and what brought them. */
export const JOURNEY_QUERIES = {
  "cohort-retention": {
    title: { en: "Cohorts: who comes back", fr: "Cohortes : qui revient" },
    answers: {
      en: "People by the day, week or month of their first such event ever (the cohort), and how many of them did it again so many periods later. Period 0 is the whole cohort.",
      fr: "Les personnes selon le jour, la semaine ou le mois de leur tout premier événement de ce nom (la cohorte), et combien d’entre elles l’ont refait tant de périodes plus tard. La période 0 est la cohorte entière.",
    },
    parameters: { ...between(365), event: orderEvent, unit: unitOf("month") },
    // No days are left out: whether an event is somebody's first can only be said of all there are.
    sql: `
WITH active AS (
  SELECT DISTINCT profile_id, date_trunc('{unit}', event_time) AS period
  FROM events
  WHERE profile_id IS NOT NULL AND event = {event} AND event_time < {until}
),
placed AS (
  SELECT profile_id, period, min(period) OVER (PARTITION BY profile_id) AS cohort FROM active
),
counted AS (
  SELECT cohort, date_diff('{unit}', cohort, period) AS periods_later, count(*) AS people
  FROM placed
  WHERE cohort >= date_trunc('{unit}', {since})
  GROUP BY 1, 2
)
SELECT CAST(cohort AS DATE) AS cohort, periods_later, people,
  round(CAST(people AS DOUBLE) / max(people) OVER (PARTITION BY cohort), 4) AS share
FROM counted
ORDER BY cohort, periods_later`,
  },
  funnel: {
    title: { en: "Funnel of four steps", fr: "Entonnoir en quatre étapes" },
    answers: {
      en: "How many people took each of four steps in this order, all of them within so many days of the first. Whoever began several times counts with the attempt that went furthest. Share of those who began, and of those who took the step before.",
      fr: "Combien de personnes ont franchi chacune des quatre étapes dans cet ordre, toutes dans le délai en jours depuis la première. Qui a commencé plusieurs fois compte pour sa tentative la plus longue. Part de ceux qui ont commencé, et de l’étape précédente.",
    },
    parameters: {
      ...between(90),
      step1: step(1, "Product Viewed"),
      step2: step(2, "Product Added"),
      step3: step(3, "Checkout Started"),
      step4: step(4, "Order Completed"),
      days: {
        kind: "number",
        default: 7,
        least: 1,
        most: 365,
        means: { en: "days from the first step to the last", fr: "jours de la première étape à la dernière" },
      },
    },
    // Each event carries the latest beginning from which this step was reached: a later one leaves more time, so no other
    // attempt can go further. An event takes one step only: what it carries on is what stood before it.
    sql: `
WITH happened AS (
  SELECT profile_id, event, event_time,
    row_number() OVER (
      PARTITION BY profile_id
      ORDER BY event_time,
        CASE event WHEN {step1} THEN 1 WHEN {step2} THEN 2 WHEN {step3} THEN 3 ELSE 4 END, source, message_id
    ) AS place
  FROM events
  WHERE profile_id IS NOT NULL AND event IN ({step1}, {step2}, {step3}, {step4}) AND ${WITHIN_DAYS}
),
begun AS (
  SELECT profile_id, event, event_time, place,
    CASE WHEN event = {step1} THEN event_time END AS at1,
    max(CASE WHEN event = {step1} THEN event_time END) OVER (
      PARTITION BY profile_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before1
  FROM happened
),
second AS (
  SELECT profile_id, event, event_time, place, at1,
    CASE WHEN event = {step2} AND event_time < before1 + INTERVAL '{days}' DAY THEN before1 END AS at2
  FROM begun
),
second_before AS (
  SELECT profile_id, event, event_time, place, at1, at2,
    max(at2) OVER (
      PARTITION BY profile_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before2
  FROM second
),
third AS (
  SELECT profile_id, event, event_time, place, at1, at2,
    CASE WHEN event = {step3} AND event_time < before2 + INTERVAL '{days}' DAY THEN before2 END AS at3
  FROM second_before
),
third_before AS (
  SELECT profile_id, event, event_time, at1, at2, at3,
    max(at3) OVER (
      PARTITION BY profile_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS before3
  FROM third
),
reached AS (
  SELECT profile_id,
    CASE
      WHEN count(CASE WHEN event = {step4} AND event_time < before3 + INTERVAL '{days}' DAY THEN 1 END) > 0 THEN 4
      WHEN count(at3) > 0 THEN 3
      WHEN count(at2) > 0 THEN 2
      WHEN count(at1) > 0 THEN 1
      ELSE 0
    END AS steps
  FROM third_before
  GROUP BY profile_id
),
counted AS (
  SELECT s.step, s.event, count(r.profile_id) AS people
  FROM (VALUES (1, {step1}), (2, {step2}), (3, {step3}), (4, {step4})) AS s (step, event)
    LEFT JOIN reached r ON r.steps >= s.step
  GROUP BY s.step, s.event
)
SELECT step, event, people,
  round(CAST(people AS DOUBLE) / nullif(max(people) OVER (), 0), 4) AS share_of_first,
  round(CAST(people AS DOUBLE) / nullif(lag(people) OVER (ORDER BY step), 0), 4) AS share_of_previous
FROM counted
ORDER BY step`,
  },
  "first-and-last-touch": {
    title: { en: "First and last touch", fr: "Premier et dernier contact" },
    answers: {
      en: "Each UTM source (or medium, or campaign): orders and revenue that it touched first, and that it touched last, within so many days before the order. (none): orders without any touch.",
      fr: "Pour chaque source UTM (ou support, ou campagne) : commandes et chiffre d’affaires dont elle fut le premier contact, et le dernier, dans le délai en jours avant la commande. (none) : commandes sans contact.",
    },
    parameters: {
      ...between(90),
      event: orderEvent,
      by: {
        kind: "choice",
        default: "utm_source",
        of: ["utm_source", "utm_medium", "utm_campaign"],
        means: { en: "what a touch is told by", fr: "ce qui distingue un contact" },
      },
      days: {
        kind: "number",
        default: 30,
        least: 1,
        most: 365,
        means: { en: "days before the order that count", fr: "jours avant la commande qui comptent" },
      },
    },
    sql: `
WITH touches AS (
  SELECT profile_id, event_time, {by} AS touch,
    row_number() OVER (PARTITION BY profile_id ORDER BY event_time, source, message_id) AS place
  FROM events
  WHERE profile_id IS NOT NULL AND {by} IS NOT NULL
    AND event_time >= {since} - INTERVAL '{days}' DAY AND event_time < {until}
),
bought AS (
  SELECT profile_id, source, message_id, event_time, coalesce(revenue, 0) AS revenue
  FROM events
  WHERE profile_id IS NOT NULL AND event = {event} AND ${WITHIN_DAYS}
),
touched AS (
  SELECT b.source, b.message_id, max(b.revenue) AS revenue,
    coalesce(min_by(t.touch, t.place) FILTER (WHERE t.place IS NOT NULL), '(none)') AS first_touch,
    coalesce(max_by(t.touch, t.place) FILTER (WHERE t.place IS NOT NULL), '(none)') AS last_touch
  FROM bought b LEFT JOIN touches t
    ON t.profile_id = b.profile_id AND t.event_time <= b.event_time
      AND t.event_time > b.event_time - INTERVAL '{days}' DAY
  GROUP BY b.source, b.message_id
),
shares AS (
  SELECT first_touch AS touch, 1 AS first_orders, revenue AS first_revenue, 0 AS last_orders, 0e0 AS last_revenue
  FROM touched
  UNION ALL
  SELECT last_touch, 0, 0e0, 1, revenue FROM touched
)
SELECT touch,
  sum(first_orders) AS first_touch_orders, round(sum(first_revenue), 2) AS first_touch_revenue,
  sum(last_orders) AS last_touch_orders, round(sum(last_revenue), 2) AS last_touch_revenue
FROM shares
GROUP BY touch
ORDER BY first_touch_orders DESC, touch`,
  },
} as const satisfies SavedQueries;
