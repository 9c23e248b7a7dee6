import { between, orderEvent, type SavedQueries, WITHIN_DAYS } from "./saved-query.ts";

/** Whoever ordered, with the three figures of RFM: `bought` in both queries about them. */
const BUYERS = `WITH bought AS (
  SELECT profile_id, max(event_time) AS last_order, count(*) AS orders, round(coalesce(sum(revenue), 0), 2) AS revenue
  FROM events
  WHERE profile_id IS NOT NULL AND event = {event} AND ${WITHIN_DAYS}
  GROUP BY profile_id
)`;

/** What is bought, by whom, and what it is worth. */
export const COMMERCE_QUERIES = {
  "revenue-by-month": {
    title: { en: "Revenue by month", fr: "Chiffre d’affaires par mois" },
    answers: {
      en: "Each month and currency: orders, people, revenue, the average order, and how much of it came from people who had ordered before.",
      fr: "Pour chaque mois et devise : commandes, personnes, chiffre d’affaires, panier moyen, et la part venue de personnes ayant déjà commandé.",
    },
    parameters: { ...between(365), event: orderEvent },
    sql: `
WITH bought AS (
  SELECT profile_id, event_time, revenue, coalesce(currency, '') AS currency,
    row_number() OVER (PARTITION BY profile_id ORDER BY event_time, source, message_id) AS nth
  FROM events
  WHERE event = {event} AND event_time < {until}
)
SELECT date_format(event_time, '%Y-%m') AS month, currency,
  count(*) AS orders,
  count(DISTINCT profile_id) AS people,
  round(sum(revenue), 2) AS revenue,
  round(avg(revenue), 2) AS average_order,
  round(sum(CASE WHEN nth > 1 AND profile_id IS NOT NULL THEN revenue ELSE 0 END), 2) AS from_returning
FROM bought
WHERE event_time >= {since}
GROUP BY 1, 2
ORDER BY 1, 2`,
  },
  "top-products": {
    title: { en: "Top products", fr: "Meilleurs produits" },
    answers: {
      en: "Products by revenue: of orders that list their products (Segment's products array), and of events that are about one product (product_id). Quantity is 1 where none is said.",
      fr: "Produits par chiffre d’affaires : ceux que listent les commandes (tableau products de Segment) et ceux d’événements portant sur un seul produit (product_id). La quantité vaut 1 si elle n’est pas dite.",
    },
    parameters: {
      ...between(90),
      event: orderEvent,
      most: {
        kind: "number",
        default: 100,
        least: 1,
        most: 1_000,
        means: { en: "how many products", fr: "combien de produits" },
      },
    },
    sql: `
WITH bought AS (
  SELECT profile_id, revenue, properties
  FROM events
  WHERE event = {event} AND ${WITHIN_DAYS}
),
lines AS (
  SELECT b.profile_id,
    json_extract_scalar(line, '$.product_id') AS product_id,
    json_extract_scalar(line, '$.name') AS name,
    coalesce(try_cast(json_extract_scalar(line, '$.quantity') AS DOUBLE), 1) AS quantity,
    try_cast(json_extract_scalar(line, '$.price') AS DOUBLE)
      * coalesce(try_cast(json_extract_scalar(line, '$.quantity') AS DOUBLE), 1) AS revenue
  FROM bought b
    CROSS JOIN UNNEST(try_cast(json_extract(b.properties, '$.products') AS ARRAY(JSON))) AS l (line)
  UNION ALL
  SELECT profile_id,
    json_extract_scalar(properties, '$.product_id'),
    json_extract_scalar(properties, '$.name'),
    coalesce(try_cast(json_extract_scalar(properties, '$.quantity') AS DOUBLE), 1),
    revenue
  FROM bought
  WHERE json_extract_scalar(properties, '$.product_id') IS NOT NULL
)
SELECT product_id, max(name) AS name,
  count(*) AS lines,
  count(DISTINCT profile_id) AS people,
  sum(quantity) AS quantity,
  round(sum(revenue), 2) AS revenue
FROM lines
WHERE product_id IS NOT NULL
GROUP BY product_id
ORDER BY revenue DESC NULLS LAST, product_id
LIMIT {most}`,
  },
  rfm: {
    title: { en: "RFM: recency, frequency, monetary value", fr: "RFM : récence, fréquence, montant" },
    answers: {
      en: "Each person who ordered: days since the last order, orders, revenue, and for each a quintile from 1 (least) to 5 (best); people alike in a figure are parted in the order of their ids. score is the three in one: 555 is the best.",
      fr: "Pour chaque personne ayant commandé : jours depuis la dernière commande, commandes, montant, et pour chacun un quintile de 1 (le moins) à 5 (le mieux) ; les ex æquo sont départagés par leur identifiant. score réunit les trois : 555 est le meilleur.",
    },
    parameters: { ...between(730), event: orderEvent },
    sql: `
${BUYERS},
ranked AS (
  SELECT profile_id, last_order, orders, revenue,
    ntile(5) OVER (ORDER BY last_order, profile_id) AS r,
    ntile(5) OVER (ORDER BY orders, profile_id) AS f,
    ntile(5) OVER (ORDER BY revenue, profile_id) AS m
  FROM bought
)
SELECT profile_id,
  date_diff('day', CAST(last_order AS DATE), {until}) - 1 AS recency_days,
  orders, revenue, r, f, m,
  concat(CAST(r AS VARCHAR), CAST(f AS VARCHAR), CAST(m AS VARCHAR)) AS score
FROM ranked
ORDER BY score DESC, revenue DESC, profile_id`,
  },
  "rfm-quintiles": {
    title: { en: "RFM: what each quintile is", fr: "RFM : ce que vaut chaque quintile" },
    answers: {
      en: "For recency, frequency and monetary value, each quintile from 5 (best) to 1: people, the least and the most of the figure (days, orders, money), and the revenue of these people.",
      fr: "Pour la récence, la fréquence et le montant, chaque quintile de 5 (le mieux) à 1 : personnes, minimum et maximum (jours, commandes, argent), et le chiffre d’affaires de ces personnes.",
    },
    parameters: { ...between(730), event: orderEvent },
    sql: `
${BUYERS},
ranked AS (
  SELECT 'recency' AS measure, ntile(5) OVER (ORDER BY last_order, profile_id) AS quintile,
    CAST(date_diff('day', CAST(last_order AS DATE), {until}) - 1 AS DOUBLE) AS figure, revenue
  FROM bought
  UNION ALL
  SELECT 'frequency', ntile(5) OVER (ORDER BY orders, profile_id), CAST(orders AS DOUBLE), revenue FROM bought
  UNION ALL
  SELECT 'monetary', ntile(5) OVER (ORDER BY revenue, profile_id), revenue, revenue FROM bought
)
SELECT measure, quintile, count(*) AS people, min(figure) AS least, max(figure) AS most,
  round(sum(revenue), 2) AS revenue
FROM ranked
GROUP BY measure, quintile
ORDER BY measure, quintile DESC`,
  },
} as const satisfies SavedQueries;
