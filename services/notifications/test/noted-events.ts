/** Events of the bus that tell of a user, and what became of them in an inbox. */
import { derivedUuid, newId, timedId } from '#shared/ids.ts';
import type { NotificationFacts } from '../domain/notification.ts';
import type { Names, NotedEvent } from '../domain/notify.ts';
import type { Broadcast } from '../storage/broadcast-table.ts';

export const at = '2026-11-20T10:00:00.000Z';
export const later = (seconds: number): string => new Date(Date.parse(at) + seconds * 1_000).toISOString();
export const owner = { app: 'sandbox-lab', user: 'user-1' };

type DataOf<Type extends NotedEvent['type']> = Extract<NotedEvent, { type: Type }>['data'];

/** @example noted('LowBalanceReached', { below: 10, available: 9 }) */
export const noted = <Type extends NotedEvent['type']>(
  type: Type,
  data: DataOf<Type>,
  { seconds = 0, id = derivedUuid(type, JSON.stringify(data), String(seconds)) } = {},
): NotedEvent =>
  ({
    id,
    type,
    schemaVersion: 1,
    ...owner,
    version: 1,
    at: later(seconds),
    correlationId: 'c-1',
    causationId: 'c-1',
    data,
  }) as unknown as NotedEvent;

export const payment = {
  paymentId: 'pay_0199c2d4-0000-7000-8000-000000000001',
  provider: 'stripe',
  purpose: 'pack',
  item: 'pack-100',
  amountMinor: 1_000,
  currency: 'USD',
} as const;

/** What the app's definition names things. */
export const names = {
  zone: 'Africa/Cairo',
  tools: [{ id: 'slow', name_key: 'tools.slow.name' }],
  plans: [{ id: 'plus', name: 'Plus' }],
  packs: [{ id: 'pack-100', name: '100 credits' }],
} as unknown as Names;

/** A notification of so many seconds after `at`. */
export const factsOf = (seconds: number, more: Partial<NotificationFacts> = {}): NotificationFacts => ({
  id: timedId('ntf', later(seconds), `event-${seconds}`),
  type: 'general',
  title_key: 'notifications.low_balance.title',
  message_key: 'notifications.low_balance.message',
  params: { available: seconds },
  subject: { kind: 'generation', id: 'gen-1' },
  url: null,
  created_at: later(seconds),
  correlation_id: 'c-1',
  locale: 'en',
  ...more,
});

export const broadcastOf = (more: Partial<Broadcast> = {}): Broadcast => ({
  app: owner.app,
  id: newId('ntf'),
  type: 'offer',
  title_key: 'offers.autumn.title',
  message_key: 'offers.autumn.message',
  params: { percent: 20 },
  url: 'https://sandbox-lab.example/autumn',
  audience: { to: 'all' },
  status: 'sending',
  sent: 0,
  passed_over: 0,
  unknown: 0,
  created_by: 'admin:boss',
  created_at: at,
  finished_at: null,
  correlation_id: 'c-1',
  page: 0,
  ...more,
});
