WITH people AS (
  SELECT profile_id,
    CASE WHEN json_format(trait_1) IN ('true', 'false') THEN json_format(trait_1) = 'true' END AS trait_1_boolean
  FROM (
    SELECT profile_id,
      json_extract(traits, '$["campaign_18"]') AS trait_1
    FROM profiles
  ) extracted
),
happened AS (
  SELECT profile_id,
    event,
    event_time,
    dt
  FROM (
    SELECT profile_id,
      event,
      event_time,
      dt
    FROM events
    WHERE profile_id IS NOT NULL AND event IN ('Product Purchased') AND dt >= '2017-08-02' AND event_time >= TIMESTAMP '2017-09-02 00:00:00.001' AND event_time < TIMESTAMP '2017-12-01 00:00:00.001'
  ) extracted
),
measured AS (
  SELECT profile_id,
    count(*) FILTER (WHERE event IN ('Product Purchased') AND dt >= '2017-08-02' AND event_time >= TIMESTAMP '2017-09-02 00:00:00.001' AND event_time < TIMESTAMP '2017-12-01 00:00:00.001') AS measure_1
  FROM happened
  GROUP BY profile_id
)
SELECT people.profile_id
FROM people
JOIN measured ON measured.profile_id = people.profile_id
WHERE (coalesce(measure_1, 0) >= 2e0) AND (coalesce(trait_1_boolean = TRUE, FALSE))

