-- Every event once, up to the last day: the lake may hold one more than once. What is replayed of users who have left counts again.
SELECT app, day, event_id, service, event_type, occurred_at, user_id, version, correlation_id, data
FROM (
  SELECT
    app, day, event_id, service, event_type, occurred_at, user_id, version, correlation_id, data,
    row_number() OVER (PARTITION BY app, day, event_id ORDER BY occurred_at) AS copy_number
  FROM events
  WHERE day BETWEEN :since AND :until AND (:app IS NULL OR app = :app)
) AS copies
WHERE copy_number = 1
