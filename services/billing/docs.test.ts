/** docs/billing.md lists statuses, errors, outcomes and Stripe's events as the code has them; to change one is to change the other. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { subscriptionStatus } from './contracts.ts';
import { problems } from './problems.ts';
import { eventTypes } from './providers/stripe/event-facts.ts';
import { callbackOutcome, paymentStatus } from './views.ts';

const page = readFileSync(new URL('../../docs/billing.md', import.meta.url), 'utf8');

/** The code spans in the first cells of the table whose head begins so. */
const namesIn = (head: string): string[] => {
  const lines = page.split('\n');
  const begin = lines.indexOf(head);
  const rows = begin < 0 ? [] : lines.slice(begin + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows
    .slice(0, end)
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
};

test.each([
  ['payments’ statuses', '| status | is | what a client does | show the user |', paymentStatus.options],
  ['subscriptions’ statuses', '| status | plan | show the user |', subscriptionStatus.options],
  ['callbacks’ outcomes', '| outcome | is |', callbackOutcome.options],
  ['errors', '| slug | status | means |', Object.keys(problems)],
])('the page has all %s and no others', (_, head, expected) => {
  expect(namesIn(head).toSorted()).toEqual([...expected].toSorted());
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
  const [, listed = ''] = /EVENTS="([^"]+)"/.exec(page) ?? [];
  expect(listed.split(/\s+/).toSorted()).toEqual(eventTypes.toSorted());
  expect(page).toContain(`api_version=${Stripe.API_VERSION}`);
});
