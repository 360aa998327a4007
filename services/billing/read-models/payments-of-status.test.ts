import { expect, test } from '@jest/globals';
import type { PaymentStatus } from '../views.ts';
import { cursorOf, type PaymentRow } from './payments.ts';
import { type ListPayments, paymentsOfStatus } from './payments-of-status.ts';

const at = '2026-11-21T12:00:00.000Z';
const later = '2026-11-21T14:00:00.000Z';
const page = { session: 'cs_1', url: 'https://pay.example/1', expiresAt: '2026-11-21T13:00:00.000Z' };

const rowOf = (n: number, state: Partial<PaymentRow>): PaymentRow => ({
  id: `pay_${n}`,
  owner: 'sparky#user-1',
  app: 'sparky',
  user: 'user-1',
  sk: String(100_000 - n),
  version: 1,
  status: 'requested',
  provider: 'stripe',
  purpose: 'pack',
  item: 'small',
  name: 'Small',
  amountMinor: 1_000,
  currency: 'USD',
  credits: 100,
  via: 'checkout',
  requestedAt: at,
  refundedMinor: 0,
  refunds: [],
  disputes: [],
  clawedBack: 0,
  ...state,
});

/** A list of so many, and how often it was read. */
const listOf = (all: readonly PaymentRow[]) => {
  const reads: number[] = [];
  const list: ListPayments = async ({ limit, cursor }) => {
    reads.push(limit);
    const from = cursor === undefined ? 0 : all.findIndex((row) => cursorOf(row) === cursor) + 1;
    const rows = all.slice(from, from + limit);
    const last = rows.at(-1);
    return { rows, ...(last && from + limit < all.length ? { next: cursorOf(last) } : {}) };
  };
  const find = (status: PaymentStatus, options: Parameters<ListPayments>[0], time = at) =>
    paymentsOfStatus(list, { status, at: time }, options);
  return { find, reads };
};
const idsOf = ({ rows }: { rows: readonly PaymentRow[] }) => rows.map(({ id }) => id);

test('PP8 how a payment stands is what it shows at that time', async () => {
  const { find } = listOf([
    rowOf(0, { page }),
    rowOf(1, { status: 'captured' }),
    rowOf(2, { status: 'captured', refundedMinor: 400 }),
  ]);
  const all = { limit: 9 };
  expect(idsOf(await find('requested', all))).toEqual(['pay_0']);
  expect(idsOf(await find('expired', all))).toEqual([]);
  expect(idsOf(await find('expired', all, later))).toEqual(['pay_0']);
  expect(idsOf(await find('paid', all))).toEqual(['pay_1']);
  expect(idsOf(await find('partially_refunded', all))).toEqual(['pay_2']);
});

test('PP8 page by page it has each payment of that status once', async () => {
  const all = Array.from({ length: 250 }, (_, n) => rowOf(n, n % 3 === 0 ? { status: 'captured' } : {}));
  const { find } = listOf(all);
  const found: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 30; pages += 1) {
    const answer = await find('paid', { limit: 7, ...(cursor === undefined ? {} : { cursor }) });
    expect(answer.rows.length).toBeLessThanOrEqual(7);
    found.push(...idsOf(answer));
    cursor = answer.next;
    if (cursor === undefined) break;
  }
  expect(found).toEqual(all.filter(({ status }) => status === 'captured').map(({ id }) => id));
});

test('PP8 one request reads so much at most, and the next one goes on from there', async () => {
  const all = Array.from({ length: 1_200 }, (_, n) => rowOf(n, n === 1_100 ? { status: 'captured' } : {}));
  const { find, reads } = listOf(all);
  const first = await find('paid', { limit: 20 });
  expect([first.rows, reads]).toEqual([[], Array(10).fill(100)]);
  expect(first.next).toBeDefined();
  const second = await find('paid', { limit: 20, cursor: first.next ?? '' });
  expect([idsOf(second), second.next]).toEqual([['pay_1100'], undefined]);
});
