-- What kept results saved, by app and tool: runs that no provider was asked for, and what they would have cost at the tool's mean.
-- views: jobs
-- days: 30
SELECT
  app, tool,
  count(*) AS completed,
  count_if(is_cached) AS hits,
  round(CAST(count_if(is_cached) AS DOUBLE) / count(*), 4) AS hit_rate,
  round(count_if(is_cached) * coalesce(avg(CASE WHEN is_cached THEN NULL ELSE CAST(cost AS DOUBLE) END), 0.0), 1) AS credits_saved
FROM jobs
WHERE status = 'completed' AND requested_day BETWEEN :from AND :until
GROUP BY app, tool
HAVING count_if(is_cached) > 0
ORDER BY app, tool
