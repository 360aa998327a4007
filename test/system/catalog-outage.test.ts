/** What the others do while the catalog cannot be asked: nothing runs at an unknown price, nothing is lost, and what is known serves on. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { functionArn, type Stack, startStack, type User } from './stack.ts';

/** The SDK asks three times before it gives up. */
const oneCall = { times: 3 };

let stack: Stack;
let user: User;
let asset: string;
beforeAll(async () => {
  stack = await startStack({ maxWorkersPerFunction: 1 });
  user = await stack.signUp('sandbox-lab');
  ({ id: asset } = await uploadAsset(user.api, await makePhoto({ width: 48, height: 32 })));
  await stack.account.drain();
}, 60_000);
afterEach(() => stack.account.faults.clear());
afterAll(() => stack.close());

const unreachableFor = (functionName: string) =>
  stack.account.faults.onCall(
    { caller: stack.account.functionName(functionName), resource: functionArn(stack, 'catalog/definition') },
    'before',
    oneCall,
  );
const generate = (key: string) => user.api.generate({ tool: 'fallback', inputs: [asset] }, key);

test('SP15 a request that meets the outage is answered 503 and holds nothing; asked again, it runs', async () => {
  const names = ['generation/api', 'credits/hold', 'credits/project'];
  const outages = names.map(unreachableFor);
  const refused = async () => {
    const { status, headers, body } = await generate('first');
    return { status, type: (body as { type?: string }).type, retry: headers.get('retry-after') };
  };
  // The API cannot tell the price; then the ledger cannot tell the plan.
  expect(await refused()).toEqual({ status: 503, type: 'urn:tessera:problem:catalog-unreachable', retry: '2' });
  expect(await refused()).toEqual({ status: 503, type: 'urn:tessera:problem:ledger-unreachable', retry: '2' });
  expect((await generate('first')).status).toBe(202);
  // The projection met its outage meanwhile, and its records came again.
  await stack.account.drain();
  expect(outages.map(({ struck }) => struck)).toEqual([3, 3, 3]);
});

test('processes that know a definition go on with it', async () => {
  unreachableFor('generation/api');
  unreachableFor('credits/hold');
  expect((await generate('second')).status).toBe(202);
});

test('I3 I4 I7 afterwards everything is as if nothing had been', async () => {
  await stack.account.drain();
  const { violations, jobs } = await stack.check();
  expect(violations).toEqual([]);
  expect(jobs.size).toBe(2);
  expect((await user.api.get('/v1/credits')).body).toMatchObject({ available: 8, spent: 2 });
});
