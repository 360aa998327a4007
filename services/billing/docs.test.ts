/** The pages about billing list statuses, errors, outcomes and Stripe's events as the code has them; to change one is to change the other. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { subscriptionStatus } from './contracts.ts';
import { periodOf, type SoldPlan } from './domain/paid-period.ts';
import { problems } from './problems.ts';
import { eventTypes } from './providers/stripe/event-facts.ts';
import { callbackOutcome, paymentStatus } from './views.ts';

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const page = read('billing.md');
const operators = read('billing-operators.md');

/** The code spans in the first cells of the table whose head begins so. */
const namesIn = (text: string, head: string): string[] => {
  const lines = text.split('\n');
  const begin = lines.indexOf(head);
  const rows = begin < 0 ? [] : lines.slice(begin + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows
    .slice(0, end)
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
};

test.each([
  ['payments’ statuses', page, '| status | is | what a client does | show the user |', paymentStatus.options],
  ['subscriptions’ statuses', page, '| status | plan | show the user |', subscriptionStatus.options],
  ['callbacks’ outcomes', operators, '| outcome | is |', callbackOutcome.options],
  ['errors', page, '| slug | status | means |', Object.keys(problems)],
])('a page has all %s and no others', (_, text, head, expected) => {
  expect(namesIn(text, head).toSorted()).toEqual([...expected].toSorted());
});

test('every error stands beside its status', () => {
  const wrong = Object.entries(problems).filter(([slug, { status }]) => {
    const row = page
      .split('\n')
      .find((line) => line.startsWith('|') && line.split('|')[1]?.includes(`\`${slug}\``) && /\| \d{3} \|/.test(line));
    return !row?.includes(`| ${status} |`);
  });
  expect(wrong).toEqual([]);
});

test('FS8 the endpoint is made with the events that are read, in the version that our own calls use', () => {
  const [, listed = ''] = /EVENTS="([^"]+)"/.exec(operators) ?? [];
  expect(listed.split(/\s+/).toSorted()).toEqual(eventTypes.toSorted());
  expect(operators).toContain(`api_version=${Stripe.API_VERSION}`);
});

test('FS7 the example of an upgrade is what the code makes of Stripe’s lines', () => {
  const plan = (id: string, monthly_credits: number, amount_minor: number): SoldPlan => ({
    id,
    monthly_credits,
    max_rollover: 0,
    price: { amount_minor, currency: 'USD', interval: 'month' },
  });
  const rest = { proration: true, from: '2026-11-11T00:00:00.000Z', until: '2026-12-01T00:00:00.000Z' };
  const lines = [
    { plan: 'plus', amountMinor: -667, ...rest },
    { plan: 'pro', amountMinor: 1_333, ...rest },
  ];
  const plans = [plan('plus', 300, 1_000), plan('pro', 1_000, 2_000)];
  const terms = { plan: 'pro', amountMinor: 2_000, currency: 'USD' };
  const before = [{ plan: 'plus', from: '2026-11-01T00:00:00.000Z', until: rest.until }];
  const paid = periodOf({ currency: 'USD', lines }, plans, { terms, before });
  expect(paid).toMatchObject({ outcome: 'paid', period: { kind: 'upgrade', credits: 467 } });
  for (const part of ['Plus gives 300 credits for USD 10.00', 'Pro 1,000 for USD 20.00', '**USD 6.66** | **467**'])
    expect(page).toContain(part);
});
