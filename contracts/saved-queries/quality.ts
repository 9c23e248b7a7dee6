import { between, type SavedQueries } from "./saved-query.ts";

/** By the day an event was received: that is the partition, so no day is read that was not asked for. */
const RECEIVED = "dt >= {since.text} AND dt < {until.text}";

/** Columns of the log that are filled from an event's properties and context, and are worth missing. */
export const PROMOTED_COLUMNS = [
  "user_id",
  "anonymous_id",
  "revenue",
  "currency",
  "order_id",
  "page_url",
  "page_path",
  "referrer",
  "utm_source",
  "utm_medium",
  "utm_campaign",
  "locale",
  "device_type",
] as const;

/** How many days before a day say what is usual, and how many of them there must be. */
const USUAL_DAYS = 28;
const LEAST_DAYS = 7;

/** Whether what comes in can be relied upon. Repetitions count once, except where they are what is counted. */
export const QUALITY_QUERIES = {
  "quality-freshness": {
    title: { en: "Data quality: freshness", fr: "Qualité : fraîcheur" },
    answers: {
      en: "Each source: events received, when the last one was, how many minutes ago, when the latest one happened, how late events are received on average and at most (seconds), and the share received more than a day late.",
      fr: "Pour chaque source : événements reçus, le dernier reçu et depuis combien de minutes, quand le plus récent a eu lieu, le retard moyen et maximal en secondes, et la part reçue plus d’un jour après.",
    },
    parameters: between(30),
    sql: `
SELECT source,
  count(DISTINCT message_id) AS events,
  max(received_at) AS last_received,
  date_diff('minute', max(received_at), CAST(current_timestamp AS TIMESTAMP)) AS minutes_silent,
  max(event_time) AS last_event,
  round(avg(CAST(date_diff('millisecond', event_time, received_at) AS DOUBLE)) / 1000, 1) AS lag_seconds,
  round(CAST(max(date_diff('millisecond', event_time, received_at)) AS DOUBLE) / 1000, 1) AS most_lag_seconds,
  round(CAST(count(*) FILTER (WHERE received_at > event_time + INTERVAL '1' DAY) AS DOUBLE) / count(*), 4) AS late
FROM events_log
WHERE ${RECEIVED}
GROUP BY source
ORDER BY source`,
  },
  "quality-volumes": {
    title: { en: "Data quality: volumes by day", fr: "Qualité : volumes par jour" },
    answers: {
      en: `Each day, source and event: how many were received, how many are usual (the mean of the ${USUAL_DAYS} days before), and whether the day is unusual: high or low by more than three times the spread of those days. Days without any are shown as 0; a day that has not ended is never low. The most frequent events only.`,
      fr: `Pour chaque jour, source et événement : combien reçus, combien d’habitude (moyenne des ${USUAL_DAYS} jours précédents), et si le jour est inhabituel : high (haut) ou low (bas) de plus de trois fois l’écart de ces jours. Les jours sans rien valent 0 ; un jour en cours n’est jamais bas. Seulement les événements les plus fréquents.`,
    },
    parameters: {
      ...between(30),
      most: {
        kind: "number",
        default: 50,
        least: 1,
        most: 100,
        means: { en: "how many pairs of source and event", fr: "combien de couples source et événement" },
      },
    },
    sql: `
WITH received AS (
  SELECT source, event, dt, count(DISTINCT message_id) AS events
  FROM events_log
  WHERE dt >= CAST(CAST({since} - INTERVAL '${USUAL_DAYS}' DAY AS DATE) AS VARCHAR) AND dt < {until.text}
  GROUP BY source, event, dt
),
pairs AS (
  SELECT source, event, min(dt) AS first_dt, sum(CASE WHEN dt >= {since.text} THEN events ELSE 0 END) AS events
  FROM received
  GROUP BY source, event
  ORDER BY events DESC, source, event
  LIMIT {most}
),
days AS (
  SELECT CAST(CAST({until} - INTERVAL '1' DAY * (ago + 1) AS DATE) AS VARCHAR) AS dt
  FROM UNNEST(sequence(0, date_diff('day', {since}, {until}) + ${USUAL_DAYS - 1})) AS s (ago)
),
grid AS (
  SELECT p.source, p.event, p.first_dt, p.events AS all_events, d.dt
  FROM pairs p CROSS JOIN days d
  WHERE d.dt <= CAST(current_date AS VARCHAR)
),
filled AS (
  SELECT g.source, g.event, g.dt, g.all_events, CASE WHEN g.dt >= g.first_dt THEN coalesce(r.events, 0) END AS events
  FROM grid g LEFT JOIN received r ON r.source = g.source AND r.event = g.event AND r.dt = g.dt
),
measured AS (
  SELECT source, event, dt, all_events, events,
    avg(CAST(events AS DOUBLE)) OVER w AS usual,
    stddev_pop(CAST(events AS DOUBLE)) OVER w AS spread,
    count(events) OVER w AS days
  FROM filled
  WINDOW w AS (PARTITION BY source, event ORDER BY dt ROWS BETWEEN ${USUAL_DAYS} PRECEDING AND 1 PRECEDING)
)
SELECT source, event, dt AS day, coalesce(events, 0) AS events, round(usual, 1) AS usual,
  CASE
    WHEN days < ${LEAST_DAYS} THEN NULL
    WHEN events > usual + 3 * greatest(spread, sqrt(usual), 1e0) THEN 'high'
    WHEN events < usual - 3 * greatest(spread, sqrt(usual), 1e0) AND dt < CAST(current_date AS VARCHAR) THEN 'low'
  END AS unusual
FROM measured
WHERE dt >= {since.text}
ORDER BY all_events DESC, source, event, day`,
  },
  "quality-columns": {
    title: { en: "Data quality: empty columns", fr: "Qualité : colonnes vides" },
    answers: {
      en: "Each event name: how many rows there are, and for each promoted column the share of them in which it is empty. The 100 most frequent names.",
      fr: "Pour chaque nom d’événement : nombre de lignes, et pour chaque colonne promue la part où elle est vide. Les 100 noms les plus fréquents.",
    },
    parameters: between(30),
    sql: `
SELECT event, count(*) AS events,
${PROMOTED_COLUMNS.map((name) => `  round(1 - CAST(count(${name}) AS DOUBLE) / count(*), 4) AS ${name}`).join(",\n")}
FROM events_log
WHERE ${RECEIVED}
GROUP BY event
ORDER BY events DESC, event
LIMIT 100`,
  },
  "quality-traits": {
    title: { en: "Data quality: empty traits", fr: "Qualité : traits vides" },
    answers: {
      en: "Each trait that events told of people: how many events told it, in how many it was null or empty, and in what share of all events that tell traits it is missing, null or empty. The 200 most frequent.",
      fr: "Pour chaque trait transmis : combien d’événements l’ont donné, combien vide ou nul, et dans quelle part des événements porteurs de traits il est absent, nul ou vide. Les 200 plus fréquents.",
    },
    parameters: between(30),
    sql: `
WITH told AS (
  SELECT CAST(json_parse(traits) AS MAP(VARCHAR, JSON)) AS traits
  FROM events_log
  WHERE ${RECEIVED} AND traits IS NOT NULL AND traits <> '{}'
),
said AS (
  SELECT name, json_format(traits[name]) AS word
  FROM told CROSS JOIN UNNEST(map_keys(traits)) AS k (name)
)
SELECT name AS trait,
  count(*) AS events,
  count(*) FILTER (WHERE word IN ('null', '""')) AS empty,
  round(1 - CAST(count(*) FILTER (WHERE word NOT IN ('null', '""')) AS DOUBLE) / (SELECT count(*) FROM told), 4) AS missing
FROM said
GROUP BY name
ORDER BY events DESC, trait
LIMIT 200`,
  },
  "quality-plan": {
    title: { en: "Data quality: tracking plans", fr: "Qualité : plans de marquage" },
    answers: {
      en: "Each source and event that a tracking plan had something to say of: how many came in although they break it or are not in it, and how many were refused. What was let in after all does not count as refused.",
      fr: "Pour chaque source et événement dont un plan a eu à dire : combien sont entrés bien qu’ils l’enfreignent ou n’y figurent pas, et combien ont été refusés. Ce qui fut admis après coup ne compte pas comme refusé.",
    },
    parameters: between(30),
    sql: `
SELECT source, event, standing, sum(came) AS came_in, sum(held) AS refused
FROM (
  SELECT source, event, plan_status AS standing, count(DISTINCT message_id) AS came, 0 AS held
  FROM events_log
  WHERE ${RECEIVED} AND plan_status IS NOT NULL AND (plan_problems IS NOT NULL OR plan_status = 'unplanned')
  GROUP BY source, event, plan_status
  UNION ALL
  SELECT source, event, CASE code WHEN 'event.unplanned' THEN 'unplanned' ELSE 'violation' END, 0, count(*)
  FROM bad_events_latest
  WHERE ${RECEIVED} AND code IN ('event.unplanned', 'event.plan_violation') AND recoveries = 0
  GROUP BY source, event, code
) counted
GROUP BY source, event, standing
ORDER BY sum(came) + sum(held) DESC, source, event, standing
LIMIT 200`,
  },
  "quality-duplicates": {
    title: { en: "Data quality: repetitions", fr: "Qualité : répétitions" },
    answers: {
      en: "Each source: rows of the log, different events among them, repetitions and their share. Repetitions are counted within the days asked for; answers of the view events never hold them.",
      fr: "Pour chaque source : lignes du journal, événements distincts, répétitions et leur part, dans les jours demandés ; la vue events n’en contient jamais.",
    },
    parameters: between(30),
    sql: `
SELECT source, count(*) AS log_rows, count(DISTINCT message_id) AS events,
  count(*) - count(DISTINCT message_id) AS repetitions,
  round(1 - CAST(count(DISTINCT message_id) AS DOUBLE) / count(*), 4) AS share
FROM events_log
WHERE ${RECEIVED}
GROUP BY source
ORDER BY source`,
  },
  "quality-bad-events": {
    title: { en: "Data quality: bad events", fr: "Qualité : mauvais événements" },
    answers: {
      en: "Each reason and source: how many events were refused for it, how many of them were let in after all, and when the last one came.",
      fr: "Pour chaque motif et source : combien d’événements refusés, combien admis après coup, et quand le dernier est arrivé.",
    },
    parameters: between(30),
    sql: `
SELECT code, source, count(*) AS bad_events,
  count(*) FILTER (WHERE recoveries > 0) AS recovered,
  max(received_at) AS last_received
FROM bad_events_latest
WHERE ${RECEIVED}
GROUP BY code, source
ORDER BY bad_events DESC, code, source
LIMIT 500`,
  },
  "quality-identity": {
    title: { en: "Data quality: identity", fr: "Qualité : identité" },
    answers: {
      en: "One row. Of the events received: how many belong to a profile, how many are known by a device or a browser only, how many people they are of. Of all people: how many have an e-mail address, a phone number, a user id, or none of the three.",
      fr: "Une ligne. Parmi les événements reçus : combien appartiennent à un profil, combien ne sont connus que par un appareil ou un navigateur, de combien de personnes. Parmi toutes les personnes : combien ont une adresse e-mail, un téléphone, un user_id, ou aucun des trois.",
    },
    parameters: between(30),
    sql: `
WITH came AS (
  SELECT count(*) AS events,
    count(profile_id) AS with_profile,
    count(*) FILTER (WHERE identity_key LIKE 'anonymous_id:%' OR identity_key LIKE 'device_id:%') AS anonymous,
    count(DISTINCT profile_id) AS active_people
  FROM events
  WHERE ${RECEIVED}
),
known AS (
  SELECT profile_id,
    bool_or(identifier_type = 'email') AS email,
    bool_or(identifier_type = 'phone') AS phone,
    bool_or(identifier_type = 'user_id') AS user_id
  FROM identity_map
  GROUP BY profile_id
),
people AS (
  SELECT count(*) AS people,
    count(*) FILTER (WHERE email) AS with_email,
    count(*) FILTER (WHERE phone) AS with_phone,
    count(*) FILTER (WHERE user_id) AS with_user_id,
    count(*) FILTER (WHERE NOT email AND NOT phone AND NOT user_id) AS anonymous_people
  FROM known
)
SELECT events, with_profile, anonymous, active_people, people, with_email, with_phone, with_user_id, anonymous_people
FROM came CROSS JOIN people`,
  },
} as const satisfies SavedQueries;
