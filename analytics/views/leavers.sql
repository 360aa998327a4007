-- Users who have left: their accounts are closed, and what was left is forfeited.
-- views: facts
SELECT DISTINCT app, user_id
FROM facts
WHERE event_type IN ('AccountClosed', 'UserDeleted')
