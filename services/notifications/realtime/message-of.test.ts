import { describe, expect, test } from '@jest/globals';
import { socketMessage } from '../contracts.ts';
import { type Heard, heard, messageOf } from './message-of.ts';
import { balance, heardEvent, jobId, jobLife } from './testing/events.ts';

/** What is told is what the contract says, and the event is one that the bus may bring. */
const told = (event: Heard) => {
  expect(heard.parse(event)).toEqual(event);
  const found = messageOf(event);
  if (!found) return undefined;
  const message = { ...found.message, cursor: 'c' };
  expect(socketMessage.parse(message)).toEqual(message);
  return found;
};
const job = { jobId, tool: 'photo-filter', title: 'Mine', favourite: true };
const outputs = [{ kind: 'image', contentType: 'image/png', bytes: 9 }];
const toldOutputs = [{ kind: 'image', content_type: 'image/png', bytes: 9 }];
const payment = {
  paymentId: 'pay_1',
  provider: 'stripe',
  purpose: 'pack',
  item: 'p',
  amountMinor: 1,
  currency: 'USD',
} as const;

test('SP14 whatever changes the balance tells the balance, at the account’s version', () => {
  expect(told(balance(7, { version: 12 }))).toEqual({
    to: 'user',
    message: {
      type: 'credits.balance',
      id: balance(7, { version: 12 }).id,
      key: 'credits',
      version: 12,
      at: '2026-11-21T10:00:00.000Z',
      data: { available: 7 },
    },
  });
  const granted = heardEvent('CreditsGranted', { grantId: 'g', kind: 'bonus', credits: 5, available: 5 });
  expect(told(granted)?.message.data).toEqual({ available: 5 });
  expect([told(heardEvent('AccountOpened', {})), told(heardEvent('AccountClosed', { forfeited: 3 }))]).toEqual([
    undefined,
    undefined,
  ]);
});

describe('BM14 a generation', () => {
  test('NB8, PP7 is told from its request to its result, with its progress, under one key', () => {
    const life = jobLife('user-1').map((event) => told(event)?.message);
    expect(new Set(life.map((message) => message?.key))).toEqual(new Set([`generation:${jobId}`]));
    expect(life.map((message) => message?.data)).toMatchObject([
      { status: 'queued', progress: 0, cost_credits: 4 },
      { status: 'processing', progress: 0, cost_credits: null },
      { status: 'processing', progress: 30 },
      { status: 'processing', progress: 60 },
      { status: 'completed', progress: 100, cost_credits: 3, outputs: toldOutputs, error: null },
    ]);
  });

  test('tells its progress twice a second at most, and everything else at once', () =>
    expect(jobLife('user-1').map((event) => told(event)?.holdsBackMs)).toEqual([
      undefined,
      undefined,
      500,
      500,
      undefined,
    ]));

  test('NB8 that failed says why; failed or cancelled, it costs nothing; one that was removed says so', () => {
    const failed = told(heardEvent('JobFailed', { ...job, reason: 'blocked', message: 'x'.repeat(5_000) }));
    expect(failed?.message.data).toMatchObject({
      status: 'failed',
      cost_credits: 0,
      error: { reason: 'blocked', message: 'x'.repeat(1_000) },
    });
    expect(told(heardEvent('JobCancelled', job))?.message.data).toMatchObject({ status: 'cancelled', cost_credits: 0 });
    expect(told(heardEvent('JobRemoved', { jobId, tool: 'photo-filter' }))?.message.data).toMatchObject({
      status: 'removed',
      title: null,
      favourite: null,
    });
  });

  test('that got a name says with it how it stands: whoever hears of this change alone knows all', () => {
    const standing = { status: 'completed', progress: 100, cost: 3, outputs, error: null } as const;
    expect(told(heardEvent('JobChanged', { ...job, standing }))?.message.data).toEqual({
      id: jobId,
      tool: 'photo-filter',
      status: 'completed',
      progress: 100,
      cost_credits: 3,
      title: 'Mine',
      favourite: true,
      outputs: toldOutputs,
      error: null,
    });
    expect(told(heardEvent('JobChanged', job))).toBeUndefined();
  });

  test('fits into one message, whatever its events say', () => {
    const many = Array.from({ length: 5_000 }, () => ({ kind: 'image', contentType: 'image/png', bytes: 9 }));
    const message = told(heardEvent('JobSucceeded', { ...job, cost: 3, outputs: many }))?.message;
    expect(JSON.stringify(message).length).toBeLessThan(128 * 1024);
  });
});

test('SP14 a notification is told unread, under its own id, once', () => {
  const data = {
    id: 'ntf_0199c2d4-2222-8000-8000-000000000002',
    type: 'generation',
    title_key: 'a.title',
    message_key: 'a.message',
    params: { tool: 'photo-filter' },
    subject: null,
    url: null,
    locale: 'ar',
  } as const;
  const { locale: _, ...facts } = data;
  expect(told(heardEvent('NotificationCreated', data, { version: 9 }))?.message).toMatchObject({
    key: data.id,
    version: 1,
    data: { ...facts, read: false, created_at: '2026-11-21T10:00:00.000Z' },
  });
});

test('SP14 a notification that is read or removed is told under the same key, as newer', () => {
  const id = 'ntf_0199c2d4-2222-8000-8000-000000000002';
  const keys = { title_key: 'a.title', message_key: 'a.message' };
  const about = { id, type: 'offer', ...keys, params: {}, subject: null, url: null, read: true } as const;
  const read = { ...about, created_at: '2026-11-20T10:00:00.000Z', removed: false } as const;
  const envelope = { type: 'notification.updated', key: id, at: '2026-11-21T10:00:00.000Z' };
  expect(told(heardEvent('NotificationChanged', read, { version: 2 }))).toMatchObject({
    to: 'user',
    message: { ...envelope, version: 2, data: read },
  });
  const removed = { id, removed: true } as const;
  expect(told(heardEvent('NotificationChanged', removed, { version: 3 }))?.message).toMatchObject({
    ...envelope,
    version: 3,
    data: removed,
  });
});

test('SP14 a subscription is told as it stands; what else is paid is not', () => {
  const changed = {
    status: 'active',
    plan: 'pro',
    cancelAtPeriodEnd: true,
    currentPeriodEnd: null,
    graceUntil: null,
  } as const;
  expect(told(heardEvent('SubscriptionChanged', changed, { version: 4 }))?.message).toMatchObject({
    key: 'subscription',
    version: 4,
    data: { status: 'active', plan: 'pro', cancel_at_period_end: true, current_period_end: null, grace_until: null },
  });
  const { plan, ...standing } = changed;
  const entitled = { plan, reason: 'paid' };
  expect(told(heardEvent('PlanEntitled', { ...entitled, standing }, { version: 5 }))?.message).toMatchObject({
    key: 'subscription',
    version: 5,
    data: { status: 'active', plan: 'pro', cancel_at_period_end: true, current_period_end: null, grace_until: null },
  });
  expect(told(heardEvent('PlanEntitled', entitled))).toBeUndefined();
  expect(told(heardEvent('PaymentCaptured', { ...payment, credits: 1 }))).toBeUndefined();
});

test('SP14 a changed catalogue is told to all of the app, at the offer’s version', () => {
  const data = { offerVersion: 3, changed: ['tools/photo-filter'], truncated: false };
  expect(told(heardEvent('CatalogChanged', data, { user: 'catalog', version: 3 }))).toMatchObject({
    to: 'app',
    message: { key: 'catalog', version: 3, data: { changed: ['tools/photo-filter'], truncated: false } },
  });
});
