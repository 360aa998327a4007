import { Logger } from '@aws-lambda-powertools/logger';
import { expect, test } from '@jest/globals';
import type { CallbackOutcome } from '../views.ts';
import { type Applied, ofAnotherApp } from './applied.ts';
import { applyCallback } from './apply-callback.ts';
import type { CallbackMessage } from './callback-message.ts';
import type { Fact } from './facts.ts';
import { at, owner, paymentId } from './testing/world.ts';

const touched: Fact = { kind: 'subscription-touched', subscription: 'sub_1', customer: 'cus_1' };
const message = (facts: number): CallbackMessage => ({
  app: owner.app,
  id: 'stripe:evt_1',
  provider: 'stripe',
  facts: Array.from({ length: facts }, () => touched),
  receivedAt: at,
  correlationId: 'request-1',
});

/** What is concluded and counted where the facts come to these, one after the other. */
const after = (...outcomes: (Applied | Error)[]) => behind(undefined, ...outcomes);
/** As `after`, where an earlier delivery came to `before`. */
const behind = async (before: CallbackOutcome | undefined, ...outcomes: (Applied | Error)[]) => {
  const concluded: unknown[] = [];
  const dropped: unknown[] = [];
  const counted: string[] = [];
  const metas: unknown[] = [];
  const left = [...outcomes];
  const apply = applyCallback({
    applyFact: async (_app, _provider, _fact, meta) => {
      metas.push(meta);
      const next = left.shift();
      if (!next || next instanceof Error) throw next ?? new Error('one fact too many');
      return next;
    },
    log: {
      conclude: async (...what) => {
        concluded.push(what);
        return before;
      },
      dropBody: async (...what) => void dropped.push(what),
    },
    logger: new Logger({ logLevel: 'SILENT' }),
    count: (alarm) => void counted.push(alarm),
  });
  const result = await apply(message(outcomes.length)).catch((error: unknown) => error);
  return { concluded, dropped, counted, metas, result };
};
const found = { owner, paymentId };

test.each<[string, Applied[], Applied, string[]]>([
  ['handled', [{ outcome: 'handled', ...found }], { outcome: 'handled', ...found }, []],
  ['ignored', [{ outcome: 'ignored' }], { outcome: 'ignored' }, []],
  ['unmatched', [{ outcome: 'unmatched', why: 'payment-unknown' }], { outcome: 'unmatched' }, ['CallbacksUnmatched']],
  [
    'mismatched',
    [{ outcome: 'mismatched', why: 'amount', ...found }],
    { outcome: 'mismatched', ...found },
    ['PaymentsMismatched'],
  ],
  [
    'one subscription too many',
    [{ outcome: 'mismatched', why: 'subscription-other', owner }],
    { outcome: 'mismatched', owner },
    ['SubscriptionsDuplicated'],
  ],
  [
    'several, the strongest outcome with whatever was found',
    [
      { outcome: 'handled', owner },
      { outcome: 'unmatched', why: 'plan-unknown' },
      { outcome: 'ignored' },
      { outcome: 'handled', ...found },
    ],
    { outcome: 'unmatched', ...found },
    ['CallbacksUnmatched'],
  ],
])(
  'FS8 a callback whose facts come to %s is written down so, and alarms hear of it',
  async (_, outcomes, what, counts) => {
    const { concluded, counted, metas } = await after(...outcomes);
    expect(concluded).toEqual([[owner.app, 'stripe:evt_1', what]]);
    expect(counted).toEqual(counts);
    expect(metas[0]).toEqual({ actor: 'system:stripe', correlationId: 'request-1', causationId: 'stripe:evt_1' });
  },
);

test.each<[CallbackOutcome, string[]]>([
  ['received', ['CallbacksUnmatched']],
  ['mismatched', ['CallbacksUnmatched']],
  ['unmatched', []],
])('FS8 what was %s before and is unmatched rings once', async (before, counts) => {
  const { counted, concluded } = await behind(before, { outcome: 'unmatched', why: 'plan-unknown' });
  expect(counted).toEqual(counts);
  expect(concluded).toHaveLength(1);
});

test('I8 what turns out to be another app’s leaves no body here, and what is also ours keeps it', async () => {
  const other = await after(ofAnotherApp, ofAnotherApp);
  expect(other.dropped).toEqual([[owner.app, 'stripe:evt_1']]);
  expect(other.concluded).toEqual([[owner.app, 'stripe:evt_1', { outcome: 'ignored' }]]);
  expect((await after(ofAnotherApp, { outcome: 'handled', ...found })).dropped).toEqual([]);
  expect((await after({ outcome: 'ignored', owner })).dropped).toEqual([]);
});

test('FS8 a fact that cannot be applied now: nothing is concluded, and the message comes again', async () => {
  const { concluded, result } = await after({ outcome: 'handled' }, new Error('Stripe is down'));
  expect(concluded).toEqual([]);
  expect(result).toEqual(new Error('Stripe is down'));
});
