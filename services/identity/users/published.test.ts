import { identityEvent } from '../contracts.ts';
import { type DeletedUser, newUser } from '../domain/user.ts';
import { toPublished } from './published.ts';

const at = '2026-11-05T10:00:00.000Z';
const active = newUser({
  owner: { app: 'sparky', user: 'user-1' },
  via: 'hook',
  email: 'a@example.com',
  name: 'A name',
  at,
  correlationId: 'c-1',
});
const { owner, app, user, created_at } = active;
const tombstone = (version: number, deletion_pass: number): DeletedUser => ({
  owner,
  app,
  user,
  status: 'deleted',
  version,
  created_at,
  updated_at: at,
  deleted_at: at,
  deletion_pass,
  correlation_id: 'c-9',
});
const exportId = '0199c2d4-0000-7000-8000-000000000001';
const asking = { ...active, version: 2, export: { id: exportId, status: 'preparing', requested_at: at } } as const;

const told = (before: Parameters<typeof toPublished>[0]['before'], after: Parameters<typeof toPublished>[0]['after']) =>
  toPublished({ before, after }).map(({ type, version, data }) => [type, version, data]);

describe('what others are told of users', () => {
  test('PP1 a record that begins: registered, once, without a name or an address', () => {
    const [event, ...more] = toPublished({ before: undefined, after: active });
    expect(more.map(({ type }) => type)).toEqual(['PreferencesChanged']);
    expect(identityEvent.parse(event)).toEqual(event);
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'UserRegistered',
      schemaVersion: 1,
      app: 'sparky',
      user: 'user-1',
      version: 1,
      at,
      correlationId: 'c-1',
      causationId: 'c-1',
      data: { via: 'hook' },
    });
  });
  test('the same change has the same id, another change or another event another', () => {
    const idOf = (change: Parameters<typeof toPublished>[0]) => toPublished(change)[0]?.id;
    const first = { before: undefined, after: active };
    expect(idOf(first)).toBe(idOf(first));
    const ids = [
      first,
      { before: active, after: tombstone(2, 1) },
      { before: tombstone(2, 1), after: tombstone(3, 2) },
      { before: active, after: asking },
    ].map(idOf);
    expect(new Set(ids).size).toBe(4);
  });
  test('a changed profile is nobody else’s affair', () =>
    expect(told(active, { ...active, version: 2, name: 'Other' })).toEqual([]));
  test('SP5 what a user wants to hear of is told when the record begins, and when it or the locale becomes another', () => {
    const everything = { promotions: true, feature_updates: true, general_alerts: true };
    const begun = toPublished({ before: undefined, after: active });
    expect(begun.map((event) => identityEvent.parse(event))).toEqual(begun);
    expect(told(undefined, active)).toEqual([
      ['UserRegistered', 1, { via: 'hook' }],
      ['PreferencesChanged', 1, { notifications: everything, locale: null }],
    ]);
    const quiet = { ...active, version: 2, notification_preferences: { ...everything, promotions: false } };
    const wanted = { notifications: { ...everything, promotions: false }, locale: null };
    expect(told(active, quiet)).toEqual([['PreferencesChanged', 2, wanted]]);
    const arabic = { ...quiet, version: 3, locale: 'ar' };
    expect(told(quiet, arabic)).toEqual([['PreferencesChanged', 3, { ...wanted, locale: 'ar' }]]);
    expect(told(arabic, { ...arabic, version: 4, name: 'Other' })).toEqual([]);
    expect(told(active, { ...active, version: 2, locale: null })).toEqual([]);
  });
  test('a user who left is told of twice: when it happened, and at the second pass', () => {
    expect(told(active, tombstone(2, 1))).toEqual([['UserDeleted', 2, { pass: 1 }]]);
    expect(told(undefined, tombstone(1, 1))).toEqual([['UserDeleted', 1, { pass: 1 }]]);
    expect(told(tombstone(2, 1), tombstone(3, 2))).toEqual([['UserDeleted', 3, { pass: 2 }]]);
    expect(told(tombstone(3, 2), tombstone(4, 2))).toEqual([]);
  });
  test('an export is asked for when there is a new one, not when it is ready or anything else changes', () => {
    expect(told(active, asking)).toEqual([['ExportRequested', 2, { exportId }]]);
    expect(told(asking, { ...asking, version: 3, name: 'Other' })).toEqual([]);
    expect(told(asking, { ...asking, version: 3, export: { ...asking.export, status: 'ready' } })).toEqual([]);
  });
  test('a record that is removed altogether is told to nobody', () => expect(told(active, undefined)).toEqual([]));
});
