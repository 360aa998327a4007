-- Holds that were settled or released.
-- views: facts
SELECT DISTINCT app, user_id, json_extract_scalar(data, '$.holdId') AS hold_id
FROM facts
WHERE event_type IN ('HoldSettled', 'HoldReleased')
