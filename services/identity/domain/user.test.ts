import { activityChange, fromHook, newUser, playChange, profileChange, rolesChange } from './user.ts';

const at = '2026-11-05T10:00:00.000Z';
const owner = { app: 'sparky', user: 'user-1' };
const user = newUser({ owner, via: 'request', email: 'a@example.com', at, correlationId: 'request-1' });

describe('SP2 a record', () => {
  test('begins with no role, all notifications and nothing that nobody told', () =>
    expect(user).toEqual({
      owner: 'sparky#user-1',
      app: 'sparky',
      user: 'user-1',
      status: 'active',
      via: 'request',
      email: 'a@example.com',
      roles: [],
      notification_preferences: { promotions: true, feature_updates: true, general_alerts: true },
      streak: { current: 0, longest: 0 },
      version: 1,
      created_at: at,
      updated_at: at,
      correlation_id: 'request-1',
    }));

  test('a change holds what is different and nothing else', () => {
    const named = { ...user, name: 'A name', locale: null };
    expect(profileChange(named, {})).toEqual({});
    expect(profileChange(named, { name: 'A name', locale: null, zone: undefined, username: null })).toEqual({});
    expect(profileChange(named, { name: null, zone: 'UTC' })).toEqual({ name: null, zone: 'UTC' });
  });
  test('preferences are changed one by one', () => {
    expect(profileChange(user, { notification_preferences: { promotions: true } })).toEqual({});
    expect(profileChange(user, { notification_preferences: { promotions: false, general_alerts: undefined } })).toEqual(
      {
        notification_preferences: { promotions: false, feature_updates: true, general_alerts: true },
      },
    );
  });

  test('a late hook fills in what is not known, and undoes nothing that the user did', () => {
    const told = { email: 'b@example.com', name: 'From the hook' };
    expect(fromHook(user, told)).toEqual({ name: 'From the hook' });
    expect(fromHook({ ...user, name: 'Own name' }, told)).toEqual({});
    expect(fromHook({ ...user, name: null }, told)).toEqual({});
    expect(fromHook(user, { email: undefined, name: undefined })).toEqual({});
  });

  test('BM8 a play is activity too, and repeated neither', () => {
    const change = playChange(user, '2026-11-05', 'k');
    expect(change).toMatchObject({ plays: { count: 1 }, streak: { current: 1 } });
    const played = { ...user, ...change } as typeof user;
    expect(playChange(played, '2026-11-05', 'k')).toEqual({});
    expect(playChange(played, '2026-11-06', 'k')).toEqual({});
    expect(playChange(played, '2026-11-05', 'other')).toMatchObject({ plays: { count: 2 } });
    expect(activityChange(played, '2026-11-05')).toEqual({});
  });

  test('PP2 roles are set by somebody, and set again change nothing', () => {
    const change = rolesChange(user, ['admin'], 'admin:key-1');
    expect(change).toEqual({ roles: ['admin'], roles_by: 'admin:key-1' });
    expect(rolesChange({ ...user, roles: ['admin'] }, ['admin'], 'admin:other')).toEqual({});
    expect(rolesChange(user, [], 'admin:other')).toEqual({});
  });
});
