/** What analytics counts; the stack's alarms go by these names. */
export const lakeEventsUnreadable = 'LakeEventsUnreadable';
