-- Jobs that failed, by the day they ended, app, tool and reason; without a period, of the last 7 days.
-- views: jobs
-- days: 7
SELECT ended_day AS day, app, tool, reason, count(*) AS failures, count(DISTINCT user_id) AS users
FROM jobs
WHERE status = 'failed' AND ended_day BETWEEN :from AND :until
GROUP BY ended_day, app, tool, reason
ORDER BY day, app, tool, reason
