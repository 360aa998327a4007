-- Each movement of money on its day: captured, mismatched (came, and was not what was asked for) or refunded.
-- views: facts
SELECT
  app, user_id, day,
  json_extract_scalar(data, '$.paymentId') AS payment_id,
  json_extract_scalar(data, '$.provider') AS provider,
  json_extract_scalar(data, '$.purpose') AS purpose,
  json_extract_scalar(data, '$.item') AS item,
  CASE event_type
    WHEN 'PaymentMismatched' THEN json_extract_scalar(data, '$.receivedCurrency')
    ELSE json_extract_scalar(data, '$.currency')
  END AS currency,
  CASE event_type
    WHEN 'PaymentCaptured' THEN 'captured'
    WHEN 'PaymentMismatched' THEN 'mismatched'
    ELSE 'refunded'
  END AS movement,
  CAST(
    CASE event_type
      WHEN 'PaymentCaptured' THEN json_extract_scalar(data, '$.amountMinor')
      WHEN 'PaymentMismatched' THEN json_extract_scalar(data, '$.receivedMinor')
      ELSE json_extract_scalar(data, '$.refundedMinor')
    END AS BIGINT
  ) AS amount_minor
FROM facts
WHERE event_type IN ('PaymentCaptured', 'PaymentMismatched', 'PaymentRefunded')
