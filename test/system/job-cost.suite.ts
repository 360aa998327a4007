/** X12 what one job costs from the request to the charge, counted at the gateway: every AWS call, and the request units. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readInputs } from '../../cost/read.ts';
import { beyond, countPart, functionsOf, startCounting } from './cost/count.ts';
import { closeDevices, openDevice } from './realtime/devices.ts';
import { published, sharedStack } from './shared-stack.ts';
import type { Stack } from './stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await sharedStack();
}, 60_000);
afterAll(closeDevices);

const request = { tool: 'short-chat', params: { conversation: 'Are you coming tonight? I might.', tone: 'witty' } };

/** Counters are written for a batch of many jobs' events: `services/admin/counting/count-events.test.ts` counts those calls. */
const isOfMany = (entry: string): boolean => /catalog|admin\/handlers\/count-events/.test(entry);

/** Polling and reading streams are Lambda's own. How many events one PutEvents carries is a matter of timing, so relays are left out. */
const callsByFunction = (): Record<string, string[]> => {
  const calls: Record<string, string[]> = {};
  for (const { name, entry } of stack.account.functions) {
    const made = stack.account.calls
      .of({ caller: name })
      // A process asks the catalog once in four seconds for an app, however many jobs it handles.
      .filter(
        ({ operation, resources }) =>
          operation !== 'PutEvents' && !isOfMany(entry) && !resources.some((arn) => /catalog/.test(arn)),
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
    // A list row and a trail row for each of the three events; the first list row is in two indexes. The job's message.
    'generation project': [...Array(5).fill('PutItem 1 WRU'), 'PutItem 3 WRU', 'SendMessage'],
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
  const ofMany = new Set(stack.account.functions.flatMap(({ name, entry }) => (isOfMany(entry) ? [name] : [])));
  const units = (name: 'readUnits' | 'writeUnits') =>
    stack.account.calls.all.reduce((sum, call) => sum + (ofMany.has(call.caller) ? 0 : (call[name] ?? 0)), 0);
  expect({ read: units('readUnits'), write: units('writeUnits') }).toEqual({ read: 14, write: 25 });
});

test('X12 the profile that npm run cost prices is what is counted: a generation, a look at it, and a socket that hears of it', async () => {
  const { profile } = await readInputs();
  const user = await stack.signUp('flirt-studio');
  await user.api.generate(request);
  await stack.account.drain();
  const counted = async (act: () => Promise<unknown>) => {
    startCounting(stack, published);
    await act();
    await stack.account.drain();
    return countPart(stack, published);
  };
  const made: { id: string }[] = [];
  const generate = async () => void made.push((await user.api.generate(request)).body);
  const generation = await counted(generate);
  const look = await counted(() => user.api.get(`/v1/generations/${made[0]?.id}`));
  const device = await openDevice(stack, user);
  await stack.account.drain();
  const heardOf = await counted(generate);
  expect(device.heard.length).toBeGreaterThan(0);

  // What is logged and told has lengths of its own, and fewer lines where a batch has several records.
  const { logKilobytes, eventKilobytes, ...exact } = generation;
  expect(exact).toEqual({
    requests: 1,
    lakeRecords: profile.generation.lakeRecords,
    functions: profile.generation.functions,
  });
  expect(logKilobytes).toBeLessThanOrEqual(profile.generation.logKilobytes * 1.1);
  expect(eventKilobytes).toBeLessThanOrEqual(profile.generation.eventKilobytes * 1.1);
  expect({ ...look, logKilobytes: profile.look.logKilobytes }).toEqual(profile.look);
  expect(beyond(heardOf, generation)).toEqual(profile.listening.functions);
  expect(functionsOf(stack, Object.keys(profile.functions))).toEqual(profile.functions);
}, 90_000);
