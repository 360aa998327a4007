-- Each grant, folded from the events: its kind and expiry, what became of its credits, what is left and what open holds have set aside.
-- views: grant_entries, ended_holds, leavers
SELECT
  folded.app, folded.user_id, folded.grant_id, kind, granted_day, expires_at, granted, reinstated, spent, expired, revoked,
  CASE WHEN leavers.user_id IS NULL THEN granted + reinstated - held - spent - expired - revoked ELSE 0 END AS remaining,
  CASE WHEN leavers.user_id IS NULL THEN held ELSE 0 END AS held
FROM (
  SELECT
    entries.app, entries.user_id, grant_id,
    max(kind) AS kind,
    max(expires_at) AS expires_at,
    min(CASE WHEN entry IN ('granted', 'reinstated') THEN day END) AS granted_day,
    sum(CASE WHEN entry = 'granted' THEN credits ELSE 0 END) AS granted,
    sum(CASE WHEN entry = 'reinstated' THEN credits ELSE 0 END) AS reinstated,
    sum(CASE WHEN entry = 'held' AND ended_holds.hold_id IS NULL THEN credits ELSE 0 END) AS held,
    sum(CASE WHEN entry = 'spent' THEN credits ELSE 0 END) AS spent,
    sum(CASE WHEN entry = 'expired' THEN credits ELSE 0 END) AS expired,
    sum(CASE WHEN entry = 'revoked' THEN credits ELSE 0 END) AS revoked
  FROM grant_entries AS entries
  LEFT JOIN ended_holds
    ON ended_holds.app = entries.app AND ended_holds.user_id = entries.user_id AND ended_holds.hold_id = entries.hold_id
  GROUP BY entries.app, entries.user_id, grant_id
) AS folded
LEFT JOIN leavers ON leavers.app = folded.app AND leavers.user_id = folded.user_id
