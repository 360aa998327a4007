-- Jobs that were requested in the period, by app and by how they stood at the end of the last day.
-- views: jobs
-- days: 30
SELECT app, status, count(*) AS jobs, count(DISTINCT user_id) AS users, sum(cost) AS credits
FROM jobs
WHERE requested_day BETWEEN :from AND :until
GROUP BY app, status
ORDER BY app, status
