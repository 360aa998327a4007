import { expect, test } from '@jest/globals';
import { ownerKey } from '#shared/owner.ts';
import { notificationChanged, notificationCreated } from './contracts.ts';
import { toPublished } from './published.ts';
import type { Item } from './storage/notification-table.ts';
import { at, factsOf, later, owner } from './test/noted-events.ts';

const item: Item = { ...factsOf(0), owner: ownerKey(owner), read: false, unreadOwner: ownerKey(owner), expires: 1 };
const created = { before: undefined, after: item };

test('SP14 a new notification is told of, with the user’s locale and no more than they see', () => {
  const [event] = toPublished(created);
  expect(notificationCreated.parse(event)).toEqual(event);
  const { created_at: _at, correlation_id: _id, ...data } = factsOf(0);
  expect(event).toMatchObject({ ...owner, version: 1, at, correlationId: 'c-1', data: { ...data, locale: 'en' } });
});
test('told again, it has the same id; another one has another', () => {
  const idOf = (after: Item) => toPublished({ before: undefined, after })[0]?.id;
  expect(idOf(item)).toBe(idOf(item));
  expect(idOf(item)).not.toBe(idOf({ ...item, ...factsOf(1) }));
  expect(idOf(item)).not.toBe(idOf({ ...item, owner: 'sparky#user-1' }));
});
const read: Item = { ...item, read: true, changed_at: later(60) };
const left: Item = { owner: item.owner, id: item.id, removed: true, changed_at: later(90), expires: 1 };
const changes = (before: Item, after: Item) => {
  const [event, ...more] = toPublished({ before, after });
  expect([notificationChanged.parse(event), more]).toEqual([event, []]);
  return event;
};
const { correlation_id: _cause, locale: _locale, ...shown } = factsOf(0);

test('SP14 one that is read is told of as it stands now, when it was read, at a higher version', () =>
  expect(changes(item, read)).toMatchObject({
    ...owner,
    version: 2,
    at: later(60),
    correlationId: 'c-1',
    data: { ...shown, read: true, removed: false },
  }));
test('SP14 one that is removed is told of by its id alone, at the highest version, read before or not', () => {
  const events = [changes(item, left), changes(read, left)];
  expect(events[0]).toMatchObject({ ...owner, version: 3, at: later(90), correlationId: 'c-1' });
  expect(events.map((event) => event?.data)).toEqual(Array(2).fill({ id: item.id, removed: true }));
  expect(events[0]?.id).toBe(events[1]?.id);
});
test('each of its changes has an id of its own, the same whenever it is told', () => {
  const ids = [toPublished(created)[0]?.id, changes(item, read)?.id, changes(read, left)?.id];
  expect(new Set(ids).size).toBe(3);
  expect(changes(item, read)?.id).toBe(ids[1]);
});
test('one that expires is nobody’s affair, nor are those of who leaves, nor marks of what is told once', () => {
  const mark: Item = { owner: ownerKey(owner), id: '#once#x', expires: 1 };
  for (const before of [item, read, left, mark]) expect(toPublished({ before, after: undefined })).toEqual([]);
  expect(toPublished({ before: undefined, after: mark })).toEqual([]);
  expect(toPublished({ before: read, after: { ...read, expires: 2 } })).toEqual([]);
});
