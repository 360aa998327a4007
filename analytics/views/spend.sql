-- Each hold that was settled: which job spent how many credits, by which tool. A free run spends 0.
-- views: facts
SELECT
  app, user_id, day,
  json_extract_scalar(data, '$.holdId') AS job_id,
  json_extract_scalar(data, '$.tool') AS tool,
  CAST(json_extract_scalar(data, '$.credits') AS BIGINT) AS credits
FROM facts
WHERE event_type = 'HoldSettled'
