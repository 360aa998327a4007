import { expect, test } from '@jest/globals';
import { type ExportData, type ExportPart, exportJson } from '#services/identity/client.ts';
import { notification } from '../contracts.ts';
import { memoryNotifications } from '../test/memory-inbox.ts';
import { at, factsOf, later, owner } from '../test/noted-events.ts';
import { exportPart } from './export-part.ts';

test('I8 a user’s export has their whole inbox as the API shows it, and nobody else’s', async () => {
  const notifications = memoryNotifications(() => new Date(at));
  for (let n = 0; n < 230; n += 1) await notifications.add(owner, factsOf(n));
  await notifications.add({ ...owner, user: 'user-2' }, factsOf(999));
  const written: { part: ExportPart; text: string }[] = [];
  const write = async (part: ExportPart, data: ExportData) => {
    written.push({ part, text: (await exportJson(data)).toString() });
  };
  const exportId = '0199c2d4-0000-7000-8000-000000000001';
  await exportPart({ notifications, write })({
    id: 'event-1',
    type: 'ExportRequested',
    schemaVersion: 1,
    ...owner,
    version: 2,
    at,
    correlationId: 'c-1',
    causationId: 'c-1',
    data: { exportId },
  });
  expect(written.map(({ part }) => part)).toEqual([{ owner, exportId, service: 'notifications' }]);
  const { notifications: inbox } = JSON.parse(written[0]?.text ?? '');
  expect(inbox).toHaveLength(230);
  expect(notification.strict().parse(inbox[0])).toMatchObject({ id: factsOf(229).id, created_at: later(229) });
});
