/** What the ledger commands say, for people. */
import { columns, count } from '#shared/operations/columns.ts';
import { available, held, isoTime } from '../domain/state.ts';
import type { Finding } from './check-account.ts';
import type { History, HistoryRow } from './history.ts';
import type { Verified } from './verify.ts';
import type { VerifiedBalances } from './verify-balances.ts';

const findingLines = ({ stream, version, id, type, invariant, what }: Finding): string[] => [
  `  ${stream}`,
  `    version ${version}${type ? ` (${type}, id ${id})` : ''}: ${what} (${invariant})`,
];

export const verifyReport = (events: Verified, balances: VerifiedBalances | undefined): string => {
  const bad = events.bad + (balances?.bad ?? 0);
  const findings = [...events.findings, ...(balances?.findings ?? [])];
  const counted = [
    `  ${count(events.accounts, 'account')}, ${count(events.events, 'event')}: chain and state of every event, I1 and I2 at every version`,
    ...(balances ? [`  ${count(balances.rows, 'balance')} compared with the accounts' newest events`] : []),
  ];
  if (bad === 0) return ['ledger: ok', ...counted].join('\n');
  return [
    `ledger: ${count(bad, 'fault')} found`,
    ...counted,
    '',
    ...findings.flatMap(findingLines),
    ...(bad > findings.length ? [`  … and ${bad - findings.length} more`] : []),
  ].join('\n');
};

const detailText = ({ details }: HistoryRow): string =>
  Object.entries(details)
    .map(([name, value]) => {
      // Times are epoch seconds in events.
      const isTime = typeof value === 'number' && value > 1_000_000_000;
      return `${name} ${isTime ? isoTime(value) : value}`;
    })
    .join(', ');

const signed = (change: number): string => (change === 0 ? '' : `${change > 0 ? '+' : '−'}${Math.abs(change)}`);

export const historyReport = (stream: string, { state, events, rows, grants, finding }: History): string => {
  const [app, user] = stream.split('#');
  const facts = [
    state.status,
    `available ${available(state)}`,
    `held ${held(state)}`,
    ...(state.status === 'unopened' ? [] : [`spent ${state.totals.spent}`]),
    count(events, 'event'),
  ];
  const hidden = events - rows.length;
  return [
    `${user} in ${app}: ${facts.join(', ')}`,
    '',
    ...columns(
      ['version', 'time', 'event', 'change', 'available', 'held', 'chain', 'by', 'what'],
      rows.map((row) => [
        row.version,
        row.at.replace('T', ' ').replace(/\.\d+Z$/, ''),
        row.event,
        signed(row.change).padStart(6),
        row.available,
        row.held,
        row.chain,
        row.actor,
        detailText(row),
      ]),
    ),
    ...(hidden > 0 ? [`  ${count(hidden, 'earlier event')} not shown: --last ${events} shows all`] : []),
    '',
    ...columns(
      ['grant', 'kind', 'granted', 'spent', 'held', 'expired', 'revoked', 'left'],
      grants.map(({ grant, kind, granted, spent, held: set, expired, revoked, left }) => [
        grant,
        kind,
        granted,
        spent,
        set,
        expired,
        revoked,
        left,
      ]),
    ),
    '',
    ...(finding
      ? ['this account is not as it should be:', ...findingLines(finding)]
      : ['every event checked: chain, state, I1 and I2 hold']),
  ].join('\n');
};
