import { expect, test } from '@jest/globals';
import { ownerKey } from '#shared/owner.ts';
import { notificationCreated } from './contracts.ts';
import { toPublished } from './published.ts';
import type { Item } from './storage/notification-table.ts';
import { at, factsOf, owner } from './test/noted-events.ts';

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
test('one that is read, removed or expires is nobody’s affair, nor is a mark of what is told once', () => {
  const mark: Item = { owner: ownerKey(owner), id: '#once#x', expires: 1 };
  const left: Item = { owner: item.owner, id: item.id, removed: true, expires: 1 };
  expect(toPublished({ before: item, after: { ...item, read: true } })).toEqual([]);
  expect(toPublished({ before: item, after: left })).toEqual([]);
  expect(toPublished({ before: item, after: undefined })).toEqual([]);
  expect(toPublished({ before: undefined, after: mark })).toEqual([]);
});
