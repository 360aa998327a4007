-- What each event did to each grant. entry: granted, reinstated, held, spent, expired or revoked; imported: had before the app moved here.
-- views: facts
SELECT
  app, user_id, day, occurred_at,
  json_extract_scalar(data, '$.holdId') AS hold_id,
  CASE
    WHEN event_type = 'CreditsHeld' THEN 'held'
    WHEN event_type = 'HoldSettled' THEN 'spent'
    WHEN event_type = 'GrantsExpired' THEN 'expired'
    WHEN event_type = 'CreditsAdjusted' AND CAST(json_extract_scalar(data, '$.credits') AS BIGINT) > 0 THEN 'granted'
    ELSE 'revoked'
  END AS entry,
  json_extract_scalar(item, '$.grantId') AS grant_id,
  CASE WHEN event_type = 'CreditsAdjusted' THEN 'adjustment' END AS kind,
  CAST(NULL AS VARCHAR) AS expires_at,
  'no' AS imported,
  CAST(json_extract_scalar(item, '$.credits') AS BIGINT) AS credits
FROM facts
CROSS JOIN UNNEST(CAST(coalesce(json_extract(data, '$.rows'), json_extract(data, '$.spent')) AS JSON ARRAY)) AS r (item)
WHERE event_type IN ('CreditsHeld', 'HoldSettled', 'GrantsExpired', 'CreditsAdjusted', 'GrantRevoked', 'DebtRepaid')
UNION ALL
SELECT
  app, user_id, day, occurred_at,
  CAST(NULL AS VARCHAR) AS hold_id,
  'granted' AS entry,
  json_extract_scalar(data, '$.grantId') AS grant_id,
  json_extract_scalar(data, '$.kind') AS kind,
  json_extract_scalar(data, '$.expiresAt') AS expires_at,
  CASE WHEN json_extract_scalar(data, '$.imported') = 'true' THEN 'yes' ELSE 'no' END AS imported,
  CAST(json_extract_scalar(data, '$.credits') AS BIGINT) AS credits
FROM facts
WHERE event_type = 'CreditsGranted'
UNION ALL
SELECT
  app, user_id, day, occurred_at,
  CAST(NULL AS VARCHAR) AS hold_id,
  'reinstated' AS entry,
  'reinstated-' || json_extract_scalar(data, '$.revocationId') AS grant_id,
  'reinstated' AS kind,
  CAST(NULL AS VARCHAR) AS expires_at,
  'no' AS imported,
  CAST(json_extract_scalar(data, '$.credits') AS BIGINT)
    - CAST(json_extract_scalar(data, '$.debtCancelled') AS BIGINT) AS credits
FROM facts
WHERE event_type = 'GrantReinstated'
