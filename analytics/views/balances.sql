-- Each account, folded from the events: granted = remaining + held + spent + expired + revoked.
-- views: facts, grants
SELECT
  app, user_id,
  sum(opened) AS opened,
  sum(closed) AS closed,
  sum(granted) AS granted,
  sum(spent) AS spent,
  sum(expired) AS expired,
  sum(revoked) AS revoked,
  sum(held) AS held,
  sum(remaining) AS remaining,
  sum(debt) AS debt
FROM (
  SELECT
    app, user_id, 0 AS opened, 0 AS closed, granted, spent, expired,
    revoked - reinstated AS revoked, held, remaining, 0 AS debt
  FROM grants
  UNION ALL
  SELECT
    app, user_id,
    CASE WHEN event_type = 'AccountOpened' THEN 1 ELSE 0 END AS opened,
    CASE WHEN event_type = 'AccountClosed' THEN 1 ELSE 0 END AS closed,
    0 AS granted, 0 AS spent, 0 AS expired,
    CASE WHEN event_type = 'AccountClosed' THEN CAST(json_extract_scalar(data, '$.forfeited') AS BIGINT) ELSE 0 END AS revoked,
    0 AS held, 0 AS remaining,
    CASE
      WHEN event_type = 'GrantRevoked' THEN CAST(json_extract_scalar(data, '$.debt') AS BIGINT)
      WHEN event_type = 'DebtRepaid' THEN -CAST(json_extract_scalar(data, '$.credits') AS BIGINT)
      WHEN event_type = 'GrantReinstated' THEN -CAST(json_extract_scalar(data, '$.debtCancelled') AS BIGINT)
      ELSE 0
    END AS debt
  FROM facts
  WHERE event_type IN ('AccountOpened', 'AccountClosed', 'GrantRevoked', 'DebtRepaid', 'GrantReinstated')
) AS changes
GROUP BY app, user_id
