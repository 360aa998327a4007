import { describe, expect, test } from '@jest/globals';
import { definitions } from '#apps';
import { notification, notificationName } from '../contracts.ts';
import { at, later, names, noted, payment } from '../test/noted-events.ts';
import { type NotedEvent, notedEvent, notify } from './notify.ts';

/** When this event comes, the user is told so, or nothing. */
const when = (event: NotedEvent) => {
  const notice = notify(notedEvent.parse(event), names);
  return {
    nothing: () => expect(notice).toBeUndefined(),
    tells: (name: string, facts: object) => {
      const keys = { title_key: `notifications.${name}.title`, message_key: `notifications.${name}.message` };
      expect(notice?.facts).toMatchObject({ ...keys, url: null, created_at: event.at, ...facts });
      expect(notification.parse({ ...notice?.facts, read: false })).toMatchObject(facts);
    },
    once: notice?.once,
    id: notice?.facts.id,
  };
};

const job = { jobId: 'gen_1', tool: 'slow' };
const plain = { type: 'generation', subject: { kind: 'generation', id: 'gen_1' } };
const named = { tool: 'slow', tool_key: 'tools.slow.name' };
const paid = {
  type: 'payment',
  subject: { kind: 'payment', id: payment.paymentId },
  params: { item: 'pack-100', item_name: '100 credits', amount_minor: 1_000, currency: 'USD' },
};
const grant = { grantId: payment.paymentId, granted: 100 };
const standing = {
  status: 'active',
  plan: 'plus',
  cancelAtPeriodEnd: false,
  currentPeriodEnd: '2026-12-20T22:30:00.000Z',
  graceUntil: null,
} as const;

describe('SP5 PP7 generations', () => {
  const succeeded = { ...job, cost: 1, outputs: [] };
  test('a result is told of, by the tool’s id and the key of its name', () =>
    when(noted('JobSucceeded', succeeded)).tells('generation_completed', { ...plain, params: named }));
  test('one from the cache is not: it was the answer to the request itself', () =>
    when(noted('JobSucceeded', { ...succeeded, cached: true })).nothing());
  test('of a tool that the app no longer has, the id is told', () =>
    when(noted('JobSucceeded', { ...succeeded, tool: 'gone' })).tells('generation_completed', {
      params: { tool: 'gone' },
    }));
  test.each([
    ['failed', 'generation_failed'],
    ['deadline', 'generation_failed'],
    ['blocked', 'generation_blocked'],
  ] as const)('one that came to nothing (%s) is told as %s, without the provider’s words', (reason, name) =>
    when(noted('JobFailed', { ...job, reason, message: 'raw' })).tells(name, {
      ...plain,
      params: { ...named, reason },
    }),
  );
});

describe('SP5 credits', () => {
  const granted = { grantId: 'g', credits: 100, available: 120 };
  const told = { type: 'credits', subject: null, params: { credits: 100, available: 120 } };
  test.each([
    ['pack', 'credits_bought'],
    ['bonus', 'credits_given'],
    ['adjustment', 'credits_given'],
  ] as const)('a grant of kind %s is told as %s', (kind, name) =>
    when(noted('CreditsGranted', { ...granted, kind })).tells(name, told),
  );
  test.each(['welcome', 'daily', 'plan'] as const)('the %s grant is no news', (kind) =>
    when(noted('CreditsGranted', { ...granted, kind })).nothing(),
  );
  test('an adjustment is told of when it gives, not when it takes', () => {
    const adjusted = { adjustmentId: 'adj_1', rows: [], available: 120 };
    when(noted('CreditsAdjusted', { ...adjusted, credits: 100 })).tells('credits_given', told);
    when(noted('CreditsAdjusted', { ...adjusted, credits: -100 })).nothing();
  });
  test('FS9 what a run cost and an admin gave back names the run', () => {
    const adjusted = { adjustmentId: 'refund-gen_1', rows: [], jobId: 'gen_1', credits: 100, available: 120 };
    when(noted('CreditsAdjusted', adjusted)).tells('credits_given', {
      ...told,
      subject: { kind: 'generation', id: 'gen_1' },
    });
  });
  test('X11 a low balance is told of: what is left, and the user’s own threshold', () =>
    when(noted('LowBalanceReached', { below: 10, available: 9 })).tells('low_balance', {
      type: 'credits',
      params: { below: 10, available: 9 },
    }));
});

describe('SP5 payments', () => {
  const failed = { ...payment, reason: 'card_declined' };
  test('one that failed, by the name of what was to be bought', () =>
    when(noted('PaymentFailed', failed)).tells('payment_failed', paid));
  test('one that is tried again: when, in the app’s zone', () => {
    const nextAttemptAt = '2026-11-23T22:30:00.000Z';
    const params = { item_name: 'Plus', next_attempt_at: nextAttemptAt, date: '2026-11-24' };
    const plan = { purpose: 'plan', item: 'plus' } as const;
    when(noted('PaymentFailed', { ...failed, ...plan, nextAttemptAt })).tells('payment_retried', {
      params: expect.objectContaining(params),
    });
  });
  test('X11 a top-up that failed is called one', () =>
    when(noted('PaymentFailed', { ...failed, topUpId: 't1' })).tells('top_up_failed', paid));
  test('one that only the user can go on with: where', () =>
    when(noted('PaymentActionRequired', { ...payment, url: 'https://bank.example/3ds' })).tells(
      'payment_action_required',
      {
        ...paid,
        url: 'https://bank.example/3ds',
      },
    ));
  test('a refund', () =>
    when(
      noted('PaymentRefunded', {
        ...payment,
        ...grant,
        revocationId: 'r',
        refundedMinor: 200,
        totalMinor: 300,
        credits: 20,
      }),
    ).tells('payment_refunded', { ...paid, params: { ...paid.params, refunded_minor: 200, credits: 20 } }));
  test('a dispute, and how it ended', () => {
    const dispute = { ...payment, revocationId: 'dp_1' };
    const taken = { ...paid, params: { ...paid.params, credits: 100 } };
    when(noted('DisputeOpened', { ...dispute, ...grant, reason: 'fraudulent', credits: 100 })).tells(
      'dispute_opened',
      taken,
    );
    when(noted('DisputeWon', { ...dispute, ...grant, credits: 100 })).tells('dispute_won', taken);
    when(noted('DisputeLost', dispute)).tells('dispute_lost', paid);
  });
});

describe('SP5 subscriptions', () => {
  const about = { type: 'payment', subject: { kind: 'subscription', id: 'current' } };
  const until = standing.currentPeriodEnd;
  const params = { plan: 'plus', plan_name: 'Plus', until, date: '2026-12-21' };
  test('one that goes on is no news, nor is one that is over', () => {
    when(noted('SubscriptionChanged', standing)).nothing();
    when(
      noted('SubscriptionChanged', { ...standing, status: 'canceled', plan: null, cancelAtPeriodEnd: true }),
    ).nothing();
    when(noted('SubscriptionChanged', { ...standing, status: 'past_due' })).nothing();
  });
  test.each(['active', 'trialing'] as const)('one that is %s and ends with its period', (status) =>
    when(noted('SubscriptionChanged', { ...standing, status, cancelAtPeriodEnd: true })).tells('subscription_ending', {
      ...about,
      params,
    }),
  );
  test('one whose payment is overdue: until when it stays', () => {
    const graceUntil = '2026-11-27T10:00:00.000Z';
    when(noted('SubscriptionChanged', { ...standing, status: 'past_due', graceUntil })).tells('subscription_overdue', {
      ...about,
      params: { ...params, until: graceUntil, date: '2026-11-27' },
    });
  });
  test('a trial that ends', () =>
    when(noted('TrialEnding', { plan: 'plus', endsAt: until })).tells('trial_ending', { ...about, params }));
  test('what is said again by another event is told once: its cause is what it says', () => {
    const ending = (seconds: number, more = {}) =>
      when(noted('SubscriptionChanged', { ...standing, cancelAtPeriodEnd: true, ...more }, { seconds }));
    expect(ending(0).id).not.toBe(ending(60).id);
    expect(ending(0).once).toBe(ending(60).once);
    expect(ending(0).once).not.toBe(ending(60, { currentPeriodEnd: '2027-01-20T10:00:00.000Z' }).once);
  });
});

describe('SP5 an id', () => {
  const low = (seconds: number, id: string) =>
    when(noted('LowBalanceReached', { below: 10, available: 9 }, { seconds, id })).id ?? '';
  test('is the event’s own, and sorts as things happened', () => {
    expect(low(0, 'e1')).toBe(low(0, 'e1'));
    expect(low(0, 'e1')).not.toBe(low(0, 'e2'));
    const ids = [low(0, 'z'), low(1, 'y'), low(3_600, 'x')];
    expect(ids.toSorted()).toEqual(ids);
  });
});

describe('SP5 texts', () => {
  const events = [
    noted('JobSucceeded', { ...job, cost: 1, outputs: [] }),
    noted('JobFailed', { ...job, reason: 'failed', message: 'm' }),
    noted('JobFailed', { ...job, reason: 'blocked', message: 'm' }),
    noted('CreditsGranted', { grantId: 'g', kind: 'pack', credits: 1, available: 1 }),
    noted('CreditsGranted', { grantId: 'g', kind: 'bonus', credits: 1, available: 1 }),
    noted('LowBalanceReached', { below: 10, available: 9 }),
    noted('PaymentFailed', { ...payment, reason: 'r' }),
    noted('PaymentFailed', { ...payment, reason: 'r', nextAttemptAt: at }),
    noted('PaymentFailed', { ...payment, reason: 'r', topUpId: 't' }),
    noted('PaymentActionRequired', { ...payment, url: 'https://bank.example/' }),
    noted('PaymentRefunded', { ...payment, ...grant, revocationId: 'r', refundedMinor: 1, totalMinor: 1, credits: 1 }),
    noted('DisputeOpened', { ...payment, ...grant, revocationId: 'd', reason: 'r', credits: 1 }),
    noted('DisputeWon', { ...payment, ...grant, revocationId: 'd', credits: 1 }),
    noted('DisputeLost', { ...payment, revocationId: 'd' }),
    noted('SubscriptionChanged', { ...standing, cancelAtPeriodEnd: true }),
    noted('SubscriptionChanged', { ...standing, status: 'past_due', graceUntil: later(60) }),
    noted('TrialEnding', { plan: 'plus', endsAt: at }),
  ];
  const told = events.flatMap((event) => notify(event, names)?.facts ?? []);
  test('there is a rule for every name', () => {
    const known = told.map(({ title_key }) => title_key.split('.')[1]);
    expect(known.toSorted()).toEqual(notificationName.options.toSorted());
  });
  test.each(
    definitions.flatMap(({ id, texts, locales }) => locales.map((locale) => [id, locale, texts[locale]] as const)),
  )('every key that a rule uses has a text in %s in %s, of parameters that the rule gives', (_id, _locale, texts) => {
    for (const { title_key, message_key, params } of told)
      for (const key of [title_key, message_key]) {
        expect([key, texts?.[key]]).toEqual([key, expect.stringMatching(/\S/)]);
        const used = [...(texts?.[key] ?? '').matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name);
        expect([key, Object.keys(params)]).toEqual([key, expect.arrayContaining(used)]);
      }
  });
});
