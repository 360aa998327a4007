-- Unspent credits at the end of the last day, by app, kind of grant and the day on which they expire; held: set aside for jobs.
-- views: grants
-- reads: history
SELECT app, kind, expires_on, count(DISTINCT user_id) AS users, sum(remaining) AS remaining, sum(held) AS held
FROM (
  SELECT
    app, user_id, kind, held,
    substr(expires_at, 1, 10) AS expires_on,
    CASE WHEN substr(expires_at, 1, 10) <= :until THEN 0 ELSE remaining END AS remaining
  FROM grants
) AS unspent
WHERE remaining + held > 0
GROUP BY app, kind, expires_on
ORDER BY app, kind, expires_on
