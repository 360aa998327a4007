/** What the payments' commands say, for people. */
import { columns, count } from '#shared/operations/columns.ts';
import { formatMoney } from '../domain/money.ts';
import type { Difference, Money } from './compare.ts';
import type { Mended } from './mend.ts';
import type { Span } from './options.ts';
import type { Findings } from './reconcile.ts';
import type { PaymentHistory } from './show.ts';

/** Rows at most: the rest is counted. */
const maxRows = 100;

export const moment = (time: string): string => time.slice(0, 19).replace('T', ' ');
const moneyText = (money: Money | undefined): string => (money ? formatMoney(money.amountMinor, money.currency) : '');
const more = (rows: readonly unknown[]): string[] =>
  rows.length > maxRows ? [`  … and ${(rows.length - maxRows).toLocaleString('en')} more: --json shows all`] : [];

const differenceLines = (differences: readonly Difference[]): string[] => [
  ...columns(
    ['difference', 'began', 'at Stripe', 'here', 'what', "provider's id", 'payment', 'user'],
    differences
      .slice(0, maxRows)
      .map(({ kind, at, there, here, what, reference, paymentId, user }) => [
        kind,
        moment(at),
        moneyText(there),
        moneyText(here),
        what,
        reference,
        paymentId,
        user,
      ]),
  ),
  ...more(differences),
];

const uncheckedLines = ({ cannotBeChecked, unmarked }: Findings): string[] => [
  ...(cannotBeChecked > 0
    ? [`  cannot be checked: ${count(cannotBeChecked, 'open payment')} at Paymob, which lists none`]
    : []),
  ...(unmarked > 0 ? [`  not compared: ${count(unmarked, 'payment')} at Stripe without a mark of this app`] : []),
];

export const findingsReport = (app: string, { since, until }: Span, findings: Findings): string => {
  const { payments, invoices, ours, subscriptions, differences } = findings;
  const time = `since ${moment(since)}${until === undefined ? '' : ` until ${moment(until)}`}`;
  const found = differences.length === 0 ? 'no differences' : count(differences.length, 'difference');
  return [
    `${app} ${time}: ${found}`,
    `  ${count(payments, 'captured payment')} and ${count(invoices, 'paid invoice')} at Stripe, ${count(ours, 'payment')} here, ${count(subscriptions, 'subscription')} that ${subscriptions === 1 ? 'lives' : 'live'}`,
    ...uncheckedLines(findings),
    ...(differences.length === 0 ? [] : ['', ...differenceLines(differences)]),
  ].join('\n');
};

/** What applying what was missing came to, and what is left. */
export const mendedReport = (mended: readonly Mended[], remaining: readonly Difference[]): string =>
  [
    '',
    `applied ${count(mended.length, 'fact')}`,
    ...columns(
      ['difference', 'became', 'why', "Stripe's id", 'payment'],
      mended
        .slice(0, maxRows)
        .map(({ kind, outcome, why, reference, paymentId }) => [kind, outcome, why, reference, paymentId]),
    ),
    ...more(mended),
    '',
    remaining.length === 0 ? 'no differences remain' : `${count(remaining.length, 'difference')} left`,
    ...(remaining.length === 0 ? [] : differenceLines(remaining)),
  ].join('\n');

/** Of hosted pages and receipts: whoever has the address sees the page. */
const isHidden = (name: string): boolean => name === 'type' || /url$/i.test(name);

const detailText = ([name, value]: [string, unknown], currency: string): string => {
  if (typeof value === 'number' && name.endsWith('Minor'))
    return `${name.slice(0, -'Minor'.length)} ${formatMoney(value, currency)}`;
  return `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`;
};

const eventDetails = (event: object, currency: string): string => {
  const told = 'currency' in event && typeof event.currency === 'string' ? event.currency : currency;
  return Object.entries(event)
    .filter(([name]) => !isHidden(name))
    .map((entry) => detailText(entry, told))
    .toSorted()
    .join(', ');
};

export const historyReport = ({ app, user, paymentId, state, events, callbacks, complete }: PaymentHistory): string => {
  const { status, provider, item, amountMinor, currency, credits, refundedMinor, clawedBack, mismatches = [] } = state;
  const mismatched = mismatches.filter((came) => came.refundedMinor < came.amountMinor).length;
  const facts = [
    `${status} at ${provider}`,
    `${item}, ${count(credits, 'credit')} for ${formatMoney(amountMinor, currency)}`,
    ...(refundedMinor > 0 ? [`refunded ${formatMoney(refundedMinor, currency)}`] : []),
    ...(mismatched > 0
      ? [`${mismatched > 1 ? `${mismatched} times money` : 'money'} that is mismatched to be given back`]
      : []),
    ...(clawedBack > 0 ? [`${count(clawedBack, 'credit')} taken back`] : []),
  ];
  return [
    `${paymentId} of ${user} in ${app}: ${facts.join('; ')}`,
    '',
    ...columns(
      ['version', 'time', 'event', 'by', 'what'],
      events.map(({ version, at, event, actor }) => [
        version,
        moment(at),
        event.type,
        actor,
        eventDetails(event, currency),
      ]),
    ),
    '',
    ...(callbacks.length === 0
      ? ['no callback told of it']
      : columns(
          ['received', 'callback', 'type', 'outcome'],
          callbacks.map(({ receivedAt, id, type, outcome }) => [moment(receivedAt), id, type, outcome]),
        )),
    ...(complete ? [] : ['  … there are more events or callbacks than are shown']),
  ].join('\n');
};
