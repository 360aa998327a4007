-- Each start of a job at a provider's model, and how that went: completed, blocked, failed, cancelled or running.
-- views: facts, jobs
SELECT
  starts.app, starts.day, starts.job_id, starts.provider, starts.model, starts.started_at,
  CASE
    WHEN starts.number_from_last > 1 THEN 'failed'
    WHEN jobs.status = 'processing' THEN 'running'
    WHEN jobs.status = 'failed' AND jobs.reason = 'blocked' THEN 'blocked'
    ELSE jobs.status
  END AS outcome,
  date_diff('millisecond', from_iso8601_timestamp(jobs.requested_at), from_iso8601_timestamp(jobs.started_at)) AS wait_ms,
  date_diff('millisecond', from_iso8601_timestamp(starts.started_at), from_iso8601_timestamp(jobs.ended_at)) AS work_ms
FROM (
  SELECT
    app, user_id, day,
    json_extract_scalar(data, '$.jobId') AS job_id,
    json_extract_scalar(data, '$.provider') AS provider,
    json_extract_scalar(data, '$.model') AS model,
    occurred_at AS started_at,
    row_number() OVER (
      PARTITION BY app, user_id, json_extract_scalar(data, '$.jobId') ORDER BY version DESC
    ) AS number_from_last
  FROM facts
  WHERE event_type = 'JobStarted'
) AS starts
JOIN jobs ON jobs.app = starts.app AND jobs.user_id = starts.user_id AND jobs.job_id = starts.job_id
