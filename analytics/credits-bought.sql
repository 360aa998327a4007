-- Credits bought, by app and kind of grant; without a period, today's.
-- views: given
-- days: 1
SELECT app, kind, count(*) AS purchases, count(DISTINCT user_id) AS users, sum(credits) AS credits
FROM given
WHERE movement = 'bought' AND day BETWEEN :from AND :until
GROUP BY app, kind
ORDER BY app, kind
