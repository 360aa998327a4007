/** X12 what one job costs from the request to the charge, counted at the gateway: every AWS call, and the request units. */
import { beforeAll, expect, test } from '@jest/globals';
import { sharedStack } from './shared-stack.ts';
import type { Stack } from './stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await sharedStack();
}, 60_000);

const request = { tool: 'short-chat', params: { conversation: 'Are you coming tonight? I might.', tone: 'witty' } };

/** Polling and reading streams are Lambda's own. How many events one PutEvents carries is a matter of timing, so relays are left out. */
const callsByFunction = (): Record<string, string[]> => {
  const calls: Record<string, string[]> = {};
  for (const { name, entry } of stack.account.functions) {
    const made = stack.account.calls
      .of({ caller: name })
      // A process asks the catalog once in four seconds for an app, however many jobs it handles.
      .filter(
        ({ operation, resources }) =>
          operation !== 'PutEvents' && !/catalog/.test(entry) && !resources.some((arn) => /catalog/.test(arn)),
      )
      .map(({ operation, readUnits, writeUnits }) =>
        [operation, readUnits ? `${readUnits} RRU` : '', writeUnits ? `${writeUnits} WRU` : '']
          .filter(Boolean)
          .join(' '),
      );
    if (made.length > 0) calls[entry.replace(/^services\/|\.ts$/g, '').replace('/handlers/', ' ')] = made.toSorted();
  }
  return calls;
};

test('X12 one analysis of Flirt Studio, end to end', async () => {
  const { api } = await stack.signUp('flirt-studio');
  // The first job opens the account, and starts what is kept between requests.
  await api.generate(request);
  await stack.account.drain();
  stack.account.calls.clear();
  expect((await api.generate(request)).status).toBe(202);
  await stack.account.drain();
  expect(callsByFunction()).toEqual({
    'identity authorizer': ['GetItem 1 RRU'],
    'generation api': ['Invoke', 'PutItem 1 WRU', 'Query 1 RRU'],
    'credits hold': ['PutItem 1 WRU', 'Query 1 RRU'],
    // A list row and a trail row for each of the three events; the job's message.
    'generation project': [...Array(6).fill('PutItem 1 WRU'), 'SendMessage'],
    'generation work': [
      'ChangeMessageVisibility',
      'PutItem 1 WRU',
      'PutItem 2 WRU',
      'PutObject',
      'Query 1 RRU',
      'Query 1 RRU',
    ],
    'credits on-job-ended': ['PutItem 1 WRU', 'Query 1 RRU'],
    // Read models of the hold and of its settlement, with their indexes.
    'credits project': ['PutItem 1 WRU', 'PutItem 4 WRU', 'PutItem 4 WRU'],
    // Nobody listens, which one read tells of each event.
    'notifications push': Array.from({ length: 6 }, () => 'Query 1 RRU'),
    'notifications on-event': ['GetItem 1 RRU', 'PutItem 2 WRU'],
    'webhooks on-job-ended': ['Query 1 RRU'],
  });
  const units = (name: 'readUnits' | 'writeUnits') =>
    stack.account.calls.all.reduce((sum, call) => sum + (call[name] ?? 0), 0);
  expect({ read: units('readUnits'), write: units('writeUnits') }).toEqual({ read: 14, write: 23 });
});
