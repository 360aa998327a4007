-- Each grant of credits on its day. movement: bought (a pack, or a plan's paid period), imported (had before the app moved here) or given.
-- views: grant_entries
SELECT
  app, user_id, day, kind, credits,
  CASE
    WHEN imported = 'yes' THEN 'imported'
    WHEN kind = 'pack' OR grant_id LIKE 'plan-pay%' THEN 'bought'
    ELSE 'given'
  END AS movement
FROM grant_entries
WHERE entry = 'granted'
