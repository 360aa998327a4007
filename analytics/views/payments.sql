-- Each payment that billing told of, folded from its events. Amounts are in the currency's smallest unit.
-- views: facts
SELECT
  app, user_id, payment_id,
  max(provider) AS provider,
  max(purpose) AS purpose,
  max(item) AS item,
  max(currency) AS currency,
  max(amount_minor) AS amount_minor,
  min(CASE WHEN event_type = 'PaymentCaptured' THEN day END) AS captured_day,
  min(CASE WHEN event_type = 'PaymentCaptured' THEN occurred_at END) AS captured_at,
  max(CASE WHEN event_type = 'PaymentCaptured' THEN amount_minor ELSE 0 END) AS captured_minor,
  count_if(event_type = 'PaymentRefunded') AS refunds,
  sum(CASE WHEN event_type = 'PaymentRefunded' THEN CAST(json_extract_scalar(data, '$.refundedMinor') AS BIGINT) ELSE 0 END)
    AS refunded_minor,
  count_if(event_type = 'DisputeOpened') AS disputes,
  count_if(event_type = 'DisputeWon') AS disputes_won,
  count_if(event_type = 'DisputeLost') AS disputes_lost,
  count_if(event_type = 'PaymentFailed') AS failures,
  count_if(event_type = 'PaymentMismatched') AS mismatches
FROM (
  SELECT
    app, user_id, day, event_type, occurred_at, data,
    json_extract_scalar(data, '$.paymentId') AS payment_id,
    json_extract_scalar(data, '$.provider') AS provider,
    json_extract_scalar(data, '$.purpose') AS purpose,
    json_extract_scalar(data, '$.item') AS item,
    json_extract_scalar(data, '$.currency') AS currency,
    CAST(json_extract_scalar(data, '$.amountMinor') AS BIGINT) AS amount_minor
  FROM facts
  WHERE event_type IN (
    'PaymentCaptured', 'PaymentRefunded', 'PaymentFailed', 'PaymentMismatched', 'DisputeOpened', 'DisputeWon', 'DisputeLost'
  )
) AS told
GROUP BY app, user_id, payment_id
