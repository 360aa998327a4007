-- Credits bought, given and spent, by day, app and what for: the kind of grant, or the tool.
-- views: given, spend
-- days: 30
SELECT day, app, movement, item, sum(credits) AS credits
FROM (
  SELECT day, app, movement, kind AS item, credits FROM given
  UNION ALL
  SELECT day, app, 'spent' AS movement, tool AS item, credits FROM spend
) AS movements
WHERE day BETWEEN :from AND :until
GROUP BY day, app, movement, item
ORDER BY day, app, movement, item
