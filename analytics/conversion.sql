-- From welcome credits to a purchase: of the accounts opened on a day, how many used their welcome credits, used them up, and bought.
-- views: facts, grants
-- days: 30
SELECT
  accounts.day, accounts.app,
  count(*) AS opened,
  count(welcome.user_id) AS welcomed,
  count_if(welcome.spent > 0) AS used,
  count_if(welcome.remaining + welcome.held = 0) AS used_up,
  count(buyers.user_id) AS bought,
  round(CAST(count(buyers.user_id) AS DOUBLE) / count(*), 4) AS conversion,
  round(approx_percentile(CAST(
    date_diff('millisecond', from_iso8601_timestamp(accounts.opened_at), from_iso8601_timestamp(buyers.bought_at)) AS DOUBLE
  ), 0.5) / 3600000, 1) AS median_hours_to_purchase
FROM (
  SELECT app, user_id, min(day) AS day, min(occurred_at) AS opened_at
  FROM facts
  WHERE event_type = 'AccountOpened' AND day BETWEEN :from AND :until
  GROUP BY app, user_id
) AS accounts
LEFT JOIN grants AS welcome
  ON welcome.app = accounts.app AND welcome.user_id = accounts.user_id AND welcome.grant_id = 'welcome'
LEFT JOIN (
  SELECT app, user_id, min(occurred_at) AS bought_at
  FROM facts
  WHERE event_type = 'PaymentCaptured'
  GROUP BY app, user_id
) AS buyers ON buyers.app = accounts.app AND buyers.user_id = accounts.user_id
GROUP BY accounts.day, accounts.app
ORDER BY accounts.day, accounts.app
