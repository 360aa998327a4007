-- Money that came and went back, by day, app, currency and item; net of refunds, in the currency's smallest unit.
-- views: money
-- days: 30
SELECT
  day, app, currency, item,
  count_if(movement = 'captured') AS payments,
  sum(CASE WHEN movement = 'captured' THEN amount_minor ELSE 0 END) AS captured_minor,
  sum(CASE WHEN movement = 'mismatched' THEN amount_minor ELSE 0 END) AS mismatched_minor,
  sum(CASE WHEN movement = 'refunded' THEN amount_minor ELSE 0 END) AS refunded_minor,
  sum(CASE WHEN movement = 'refunded' THEN -amount_minor ELSE amount_minor END) AS net_minor
FROM money
WHERE day BETWEEN :from AND :until
GROUP BY day, app, currency, item
ORDER BY day, app, currency, item
