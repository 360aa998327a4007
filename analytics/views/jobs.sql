-- Each job, folded from its events, as it was at the end of the last day.
-- views: facts
SELECT
  app, user_id, job_id,
  max(tool) AS tool,
  min(CASE WHEN event_type = 'JobRequested' THEN day END) AS requested_day,
  min(CASE WHEN event_type = 'JobRequested' THEN occurred_at END) AS requested_at,
  min(CASE WHEN event_type = 'JobStarted' THEN occurred_at END) AS started_at,
  min(CASE WHEN event_type IN ('JobSucceeded', 'JobFailed', 'JobCancelled') THEN occurred_at END) AS ended_at,
  min(CASE WHEN event_type IN ('JobSucceeded', 'JobFailed', 'JobCancelled') THEN day END) AS ended_day,
  CASE
    WHEN count_if(event_type = 'JobSucceeded') > 0 THEN 'completed'
    WHEN count_if(event_type = 'JobFailed') > 0 THEN 'failed'
    WHEN count_if(event_type = 'JobCancelled') > 0 THEN 'cancelled'
    WHEN count_if(event_type = 'JobStarted') > 0 THEN 'processing'
    ELSE 'queued'
  END AS status,
  max(CASE WHEN event_type = 'JobRequested' THEN CAST(json_extract_scalar(data, '$.quote') AS BIGINT) END) AS quote,
  max(CASE WHEN event_type = 'JobSucceeded' THEN CAST(json_extract_scalar(data, '$.cost') AS BIGINT) ELSE 0 END) AS cost,
  count_if(event_type = 'JobSucceeded' AND json_extract_scalar(data, '$.cached') = 'true') > 0 AS is_cached,
  max(CASE WHEN event_type = 'JobFailed' THEN json_extract_scalar(data, '$.reason') END) AS reason,
  max(CASE WHEN event_type IN ('JobSucceeded', 'JobFailed') THEN json_extract_scalar(data, '$.provider') END) AS provider,
  max(CASE WHEN event_type IN ('JobSucceeded', 'JobFailed') THEN json_extract_scalar(data, '$.model') END) AS model
FROM (
  SELECT
    app, user_id, day, event_type, occurred_at, data,
    json_extract_scalar(data, '$.jobId') AS job_id,
    json_extract_scalar(data, '$.tool') AS tool
  FROM facts
  WHERE event_type IN ('JobRequested', 'JobStarted', 'JobSucceeded', 'JobFailed', 'JobCancelled')
) AS told
GROUP BY app, user_id, job_id
