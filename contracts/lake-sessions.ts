/** After so much silence, in minutes, the next event begins a new session. */
const SESSION_SILENCE_MINUTES = 30;

/**
 * Visits: the events of one person with less than 30 minutes of silence between any two that follow one another. All in
 * UTC, in the order of `event_time`; a merge joins the visits of those who became one person. What a visit began with
 * (page, referrer, campaign, device) is what its first event that says so says. Written for Athena and DuckDB alike.
 */
export const SESSIONS = `
  SELECT profile_id,
    min(event_time) AS started_at,
    max(event_time) AS ended_at,
    CAST(date_diff('millisecond', min(event_time), max(event_time)) AS DOUBLE) / 1000 AS seconds,
    count(*) AS events,
    count(*) FILTER (WHERE type = 'page' OR type = 'screen') AS pages,
    min_by(page_path, place) FILTER (WHERE page_path IS NOT NULL) AS entry_page,
    max_by(page_path, place) FILTER (WHERE page_path IS NOT NULL) AS exit_page,
    min_by(referrer, place) FILTER (WHERE referrer IS NOT NULL) AS referrer,
    min_by(utm_source, place) FILTER (WHERE utm_source IS NOT NULL) AS utm_source,
    min_by(utm_medium, place) FILTER (WHERE utm_medium IS NOT NULL) AS utm_medium,
    min_by(utm_campaign, place) FILTER (WHERE utm_campaign IS NOT NULL) AS utm_campaign,
    min_by(device_type, place) FILTER (WHERE device_type IS NOT NULL) AS device_type,
    coalesce(bool_or(is_bot), false) AS is_bot,
    sum(revenue) AS revenue
  FROM (
    SELECT profile_id, event_time, type, page_path, referrer, utm_source, utm_medium, utm_campaign, device_type, is_bot,
      revenue, place,
      sum(begins) OVER (PARTITION BY profile_id ORDER BY place ROWS UNBOUNDED PRECEDING) AS visit
    FROM (
      SELECT profile_id, event_time, type, page_path, referrer, utm_source, utm_medium, utm_campaign, device_type, is_bot,
        revenue, place,
        CASE WHEN event_time < lag(event_time) OVER (PARTITION BY profile_id ORDER BY place)
          + INTERVAL '${SESSION_SILENCE_MINUTES}' MINUTE THEN 0 ELSE 1 END AS begins
      FROM (
        SELECT *, row_number() OVER (PARTITION BY profile_id ORDER BY event_time, source, message_id) AS place
        FROM events WHERE profile_id IS NOT NULL
      ) placed
    ) parted
  ) visits
  GROUP BY profile_id, visit`;
