import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lakeColumns, lakeRow } from '../contracts.ts';
import { keyedHashOf, newKey } from '../pseudonyms/keyed-hash.ts';
import { eventOf, everyData, jobId, paymentId, secrets, user } from '../test/events.ts';
import { decidedTypes } from './kept-fields.ts';
import { lakeRowOf } from './lake-row.ts';
import { pseudonymOf } from './pseudonymise.ts';

const key = newKey();
const hash = keyedHashOf(key);
const rowOf = (type: string, data: unknown, given = {}) => lakeRowOf(eventOf(type, data, given), hash);
const dataOf = (type: string, data: unknown, given = {}) => JSON.parse(rowOf(type, data, given).row.data);

describe('X7 a row', () => {
  test.each(Object.entries(everyData))(
    'of %s says nothing of who it was, nor what they or a provider wrote',
    (type, data) => {
      const { row, partition } = rowOf(type, data);
      expect(lakeRow.parse(row)).toEqual(row);
      expect(partition).toEqual({ app: 'sparky', day: '2026-11-05' });
      const told = JSON.stringify(row);
      expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
    },
  );

  test('there is an example of every event that is decided about', () =>
    expect(Object.keys(everyData).toSorted()).toEqual(decidedTypes.toSorted()));

  test('keeps numbers, states and names of the offer', () => {
    expect(dataOf('JobSucceeded', everyData.JobSucceeded)).toEqual({
      jobId: expect.stringMatching(/^gen_[\da-f]{32}$/),
      tool: 'photo-filter',
      favourite: true,
      cost: 6,
      outputs: [{ kind: 'image', contentType: 'image/png', bytes: 7 }],
      provider: 'fal',
      model: 'fal-ai/flux/dev',
      usage: { inputTokens: 1, outputTokens: 2, computeMs: 3, model: 'flux' },
      cached: false,
    });
    expect(dataOf('PlanEntitled', everyData.PlanEntitled)).toMatchObject({ plan: null, reason: 'canceled' });
    expect(dataOf('CatalogChanged', everyData.CatalogChanged)).toEqual(everyData.CatalogChanged);
  });

  test('keeps a provider’s code and drops its sentence', () => {
    const reasonOf = (reason: string) => dataOf('PaymentFailed', { ...everyData.PaymentFailed, reason }).reason;
    expect(['card_declined', 'insufficient-funds', 'Do not honor', 'x'.repeat(41)].map(reasonOf)).toEqual([
      'card_declined',
      'insufficient-funds',
      undefined,
      undefined,
    ]);
  });

  test('joins a hold to its job, and a grant to its payment', () => {
    const held = dataOf('CreditsHeld', everyData.CreditsHeld);
    const requested = dataOf('JobRequested', everyData.JobRequested);
    const captured = dataOf('PaymentCaptured', everyData.PaymentCaptured);
    const granted = dataOf('CreditsGranted', everyData.CreditsGranted);
    const refunded = dataOf('PaymentRefunded', everyData.PaymentRefunded);
    const revoked = dataOf('GrantRevoked', everyData.GrantRevoked);
    expect(held.holdId).toBe(requested.jobId);
    expect(granted.grantId).toBe(captured.paymentId);
    expect(refunded.grantId).toBe(`plan-${captured.paymentId}`);
    expect(revoked.revocationId).toBe(`${captured.paymentId}.r500`);
    expect(refunded.revocationId).toBe(revoked.revocationId);
    expect(held.rows.map(({ grantId }: { grantId: string }) => grantId)).toEqual([
      'welcome',
      `plan-${captured.paymentId}`,
      'daily-2026-11-05',
    ]);
  });

  test('of an event that nobody decided about, or of another version of one, has its envelope alone', () => {
    for (const row of [
      rowOf('Invented', { tool: 'x' }),
      rowOf('JobRequested', everyData.JobRequested, { schemaVersion: 2 }),
    ])
      expect(row.row).toMatchObject({ data: '{}', service: 'test', version: 7 });
    expect(rowOf('constructor', { tool: 'x' }).row.data).toBe('{}');
  });

  test('has no field that was not decided about, and none of another kind than was published', () => {
    const data = { ...everyData.JobFailed, provider: { secret: 1 }, model: 'x'.repeat(201), typed: 'by somebody' };
    expect(Object.keys(dataOf('JobFailed', data)).toSorted()).toEqual(['favourite', 'jobId', 'reason', 'tool']);
  });

  test('lies in the UTC day it happened in, to the millisecond', () => {
    const { row, partition } = rowOf('AccountOpened', {}, { at: '2026-11-05T23:59:59.999999Z' });
    expect([row.occurred_at, partition.day]).toEqual(['2026-11-05T23:59:59.999Z', '2026-11-05']);
  });

  test('of an app’s own event has no user', () => {
    const { row } = rowOf('CatalogChanged', everyData.CatalogChanged, { user: 'catalog' });
    expect([row.user_id, row.event_id.length, row.correlation_id.length]).toEqual([null, 32, 32]);
  });

  test('told again is the same', () => expect(rowOf('AccountOpened', {})).toEqual(rowOf('AccountOpened', {})));

  test('under another key shares nothing that is an id', () => {
    const other = lakeRowOf(eventOf('CreditsHeld', everyData.CreditsHeld), keyedHashOf(newKey())).row;
    const { row } = rowOf('CreditsHeld', everyData.CreditsHeld);
    for (const column of ['event_id', 'user_id', 'correlation_id', 'data'] as const)
      expect(other[column]).not.toBe(row[column]);
  });
});

describe('X7 pseudonyms', () => {
  const uuid = fc.uuid();
  const lead = fc.constantFrom('', 'plan-', 'reinstated-', 'reinstated-plan-', 'dispute-');
  const own = fc
    .constantFrom('gen_', 'pay_', 'adj_', 'sub_')
    .chain((kind) => fc.tuple(fc.constant(kind), fc.constantFrom('', '.r500', '.m7')));
  const around = fc.oneof(own, fc.constant(['', ''] as const));

  test('are equal for equal ids and for no others; of the id only its kind is left', () =>
    fc.assert(
      fc.property(fc.uniqueArray(uuid, { minLength: 2, maxLength: 5 }), lead, around, (ids, l, [k, t]) => {
        const hashId = (text: string) => hash('id', text);
        const made = ids.map((id) => pseudonymOf(`${l}${k}${id}${t}`, hashId));
        expect(new Set(made).size).toBe(ids.length);
        expect(made).toEqual(ids.map((id) => `${l}${pseudonymOf(`${k}${id}`, hashId)}${t}`));
        for (const [index, id] of ids.entries()) {
          expect(made[index]).not.toContain(id);
          expect(made[index]).toMatch(new RegExp(`^${l}${k}[\\da-f]{32}${t.replace('.', '\\.')}$`));
        }
      }),
    ));

  test('of any text at all do not hold it', () =>
    fc.assert(
      fc.property(fc.string({ minLength: 9, maxLength: 80 }), (id) => {
        const made = pseudonymOf(id, (text) => hash('id', text));
        fc.pre(!/^(daily|plan|topup)-/.test(id));
        expect(made.includes(id)).toBe(false);
      }),
    ));

  test.each(['welcome', 'daily-2026-11-05', 'plan-2026-11', 'topup-202611-1'])('%s says what it is and stays', (id) =>
    expect(pseudonymOf(id, () => 'hash')).toBe(id),
  );
  test.each([user, `plan-${user}`, 'daily-somebody', 'plan-2026-11-somebody', `welcome-${jobId}`, paymentId])(
    '%s does not stay',
    (id) => expect(pseudonymOf(id, () => 'hash')).toMatch(/^(plan-)?(pay_)?hash$/),
  );
  test.each([
    'mia_jones',
    'dp_1AbC',
    'mia.r19840229',
    'plan-joe_1',
    'reinstated-joe.m1',
    'pay_mia.r19840229',
    `dp_${user}.r5`,
  ])('of %s, which is no id of ours, nothing is left: neither letters before it nor digits behind it', (id) =>
    expect(pseudonymOf(id, () => 'hash')).toMatch(/^(plan-|reinstated-)?(pay_)?hash$/),
  );
});

test('the table’s columns are the row’s fields', () =>
  expect(lakeColumns).toEqual([
    { name: 'event_id', type: 'string' },
    { name: 'service', type: 'string' },
    { name: 'event_type', type: 'string' },
    { name: 'occurred_at', type: 'string' },
    { name: 'user_id', type: 'string' },
    { name: 'version', type: 'bigint' },
    { name: 'correlation_id', type: 'string' },
    { name: 'data', type: 'string' },
  ]));
