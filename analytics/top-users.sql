-- The 20 users who spent most in the period, by pseudonym, with what they bought.
-- views: spend, given
-- days: 30
SELECT app, user_id, sum(jobs) AS jobs, sum(spent) AS spent, sum(bought) AS bought
FROM (
  SELECT app, user_id, day, 1 AS jobs, credits AS spent, 0 AS bought
  FROM spend
  UNION ALL
  SELECT app, user_id, day, 0 AS jobs, 0 AS spent, credits AS bought
  FROM given
  WHERE movement = 'bought'
) AS movements
WHERE day BETWEEN :from AND :until
GROUP BY app, user_id
ORDER BY spent DESC, app, user_id
LIMIT 20
