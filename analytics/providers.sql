-- Failure rates and latencies by provider and model: attempts that began in the period; times are of completed ones.
-- views: attempts
-- days: 7
SELECT
  provider, model,
  count(*) AS attempts,
  count_if(outcome = 'completed') AS completed,
  count_if(outcome = 'failed') AS failed,
  count_if(outcome = 'blocked') AS blocked,
  round(CAST(count_if(outcome IN ('failed', 'blocked')) AS DOUBLE)
    / nullif(count_if(outcome IN ('completed', 'failed', 'blocked')), 0), 4) AS failure_rate,
  approx_percentile(CASE WHEN outcome = 'completed' THEN wait_ms END, 0.5) AS wait_p50_ms,
  approx_percentile(CASE WHEN outcome = 'completed' THEN wait_ms END, 0.95) AS wait_p95_ms,
  approx_percentile(CASE WHEN outcome = 'completed' THEN work_ms END, 0.5) AS work_p50_ms,
  approx_percentile(CASE WHEN outcome = 'completed' THEN work_ms END, 0.95) AS work_p95_ms
FROM attempts
WHERE day BETWEEN :from AND :until
GROUP BY provider, model
ORDER BY provider, model
