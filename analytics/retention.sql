-- Retention by streak: of the users with a job on so many days in a row, how many had one on the next day too.
-- views: jobs
-- days: 30
SELECT
  app,
  streak_days,
  count(*) AS users,
  count_if(next_day_number = day_number + 1) AS returned,
  round(CAST(count_if(next_day_number = day_number + 1) AS DOUBLE) / count(*), 4) AS retention
FROM (
  SELECT
    app, day_number,
    row_number() OVER (PARTITION BY app, user_id, run_number ORDER BY day_number) AS streak_days,
    lead(day_number) OVER (PARTITION BY app, user_id ORDER BY day_number) AS next_day_number
  FROM (
    SELECT
      app, user_id, day_number,
      day_number - row_number() OVER (PARTITION BY app, user_id ORDER BY day_number) AS run_number
    FROM (
      SELECT DISTINCT app, user_id, date_diff('day', CAST(:from AS DATE), CAST(requested_day AS DATE)) AS day_number
      FROM jobs
      WHERE requested_day BETWEEN :from AND :until
    ) AS active
  ) AS runs
) AS streaks
WHERE day_number < date_diff('day', CAST(:from AS DATE), CAST(:until AS DATE))
GROUP BY app, streak_days
ORDER BY app, streak_days
