-- Refunds and disputes of the payments that were captured in the period, by app, provider, currency and item.
-- views: payments
-- days: 30
SELECT
  app, provider, currency, item,
  count(*) AS payments,
  count_if(refunds > 0) AS refunded,
  sum(refunded_minor) AS refunded_minor,
  round(CAST(sum(refunded_minor) AS DOUBLE) / nullif(sum(captured_minor), 0), 4) AS refund_rate,
  sum(disputes) AS disputes,
  sum(disputes_won) AS won,
  sum(disputes_lost) AS lost,
  sum(CASE WHEN disputes > disputes_won THEN amount_minor ELSE 0 END) AS in_dispute_or_lost_minor
FROM payments
WHERE captured_day BETWEEN :from AND :until
GROUP BY app, provider, currency, item
ORDER BY app, provider, currency, item
