/** Everything happens twice, late, out of order or half: the end state is the same, and every invariant holds. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { CallFault, FaultTarget } from '#local/contracts.ts';
import { uploadAsset } from './client.ts';
import { makePhoto } from './photo.ts';
import { type App, type Stack, startStack } from './stack.ts';

let stack: Stack;
let photo: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  stack = await startStack();
  photo = await makePhoto({ width: 200, height: 150 });
}, 60_000);
afterEach(async () => {
  stack.account.faults.clear();
  expect((await stack.check()).violations).toEqual([]);
});
afterAll(() => stack.close());

const functionOf = (entry: string) => stack.account.functionName(`services/${entry}.ts`);

interface Ended {
  readonly status: string;
  readonly attempts: number;
  readonly outputs: unknown[];
  readonly error: { reason: string } | null;
}

/** One run by a new user, with faults between the upload and the run. */
const runTool = async (
  app: App,
  tool: string,
  params: Record<string, unknown> = {},
  arrange: () => void = () => undefined,
) => {
  const { api } = await stack.signUp(app);
  const { id } = await uploadAsset(api, photo);
  await stack.account.drain();
  arrange();
  const accepted = await api.generate({ tool, params, inputs: [id] });
  await stack.account.drain();
  const { body: job } = await api.get<Ended>(`/v1/generations/${accepted.body.id}`);
  const { body: credits } = await api.get<{ available: number; held: number; spent: number }>('/v1/credits');
  return { accepted, job, credits };
};
const runFilter = (arrange?: () => void) => runTool('sparky', 'photo-filter', { filter: 'sepia' }, arrange);
const charged = { available: 9, held: 0, spent: 1 };
const free = { available: 10, held: 0, spent: 0 };

describe('I4 what a provider does', () => {
  test('it fails for good: failed, credits back', async () => {
    const { job, credits } = await runTool('sandbox-lab', 'fail');
    expect(job).toMatchObject({ status: 'failed', outputs: [], error: { reason: 'failed' } });
    expect(credits).toMatchObject(free);
  });

  test('it refuses the content: failed as blocked, credits back', async () => {
    const { job, credits } = await runTool('sandbox-lab', 'blocked');
    expect(job).toMatchObject({ status: 'failed', error: { reason: 'blocked' } });
    expect(credits).toMatchObject(free);
  });

  test('it fails in passing: tried again, charged once', async () => {
    const { job, credits } = await runTool('sandbox-lab', 'flaky');
    expect(job).toMatchObject({ status: 'completed', attempts: 2 });
    expect(credits).toMatchObject(charged);
  });

  test('its model is missing: the next one does it', async () => {
    const { job, credits } = await runTool('sandbox-lab', 'fallback');
    expect(job).toMatchObject({ status: 'completed' });
    expect(credits).toMatchObject(charged);
  });
});

describe('I3 I4 a worker is killed', () => {
  const worker = () => functionOf('generation/handlers/work');
  const calls: readonly (readonly [string, string, CallFault])[] = [
    ['dynamodb', 'PutItem', 'kill'],
    ['dynamodb', 'PutItem', 'kill-after'],
    ['s3', 'GetObject', 'kill'],
    ['s3', 'PutObject', 'kill'],
    ['s3', 'PutObject', 'kill-after'],
  ];
  test.each(calls)(
    'at %s %s, %s: the job completes once and is charged once',
    async (service, operation, fault) => {
      let struck = { struck: 0 };
      const { job, credits } = await runFilter(() => {
        struck = stack.account.faults.onCall({ caller: worker(), service, operation }, fault);
      });
      expect(struck.struck).toBe(1);
      expect(job).toMatchObject({ status: 'completed' });
      expect(job.outputs).toHaveLength(1);
      expect(credits).toMatchObject(charged);
    },
    30_000,
  );

  test('after its result was recorded: it is not done again', async () => {
    const { job, credits } = await runFilter(() => {
      stack.account.faults.onCall({ caller: worker(), service: 'dynamodb', operation: 'PutItem' }, 'kill-after', {
        skip: 1,
      });
    });
    expect(job).toMatchObject({ status: 'completed', attempts: 1 });
    expect(credits).toMatchObject(charged);
  });
});

describe('I3 an answer is lost', () => {
  const ledgerWrites: readonly (readonly [string, string, FaultTarget])[] = [
    ['the hold', 'credits/handlers/hold', { service: 'dynamodb', operation: 'PutItem' }],
    [
      'the first hold, which opens the account',
      'credits/handlers/hold',
      { service: 'dynamodb', operation: 'TransactWriteItems' },
    ],
    ['the settlement', 'credits/handlers/on-job-ended', { service: 'dynamodb', operation: 'PutItem' }],
    ['the job', 'generation/handlers/api', { service: 'dynamodb', operation: 'PutItem' }],
    ['the invocation of the hold', 'generation/handlers/api', { service: 'lambda', operation: 'Invoke' }],
    ['the queue', 'generation/handlers/project', { service: 'sqs' }],
    ['the bus', 'generation/handlers/relay', { service: 'events' }],
  ];
  test.each(ledgerWrites)(
    'of %s: one hold, one charge',
    async (_, entry, target) => {
      let struck = { struck: 0 };
      const { accepted, job, credits } = await runFilter(() => {
        struck = stack.account.faults.onCall({ caller: functionOf(entry), ...target }, 'after');
      });
      expect(struck.struck).toBe(1);
      expect(accepted.status).toBe(202);
      expect(job.status).toBe('completed');
      expect(credits).toMatchObject(charged);
    },
    30_000,
  );
});

describe('I7 deliveries come twice, late and out of order', () => {
  /** Several runs of one user under way at the same time, so that there is something to mix up. */
  const runThree = async (arrange: () => readonly { readonly struck: number }[]) => {
    const { api } = await stack.signUp('sandbox-lab');
    const { id } = await uploadAsset(api, photo);
    await stack.account.drain();
    const faults = arrange();
    const tools = ['fallback', 'fail', 'fallback'];
    const accepted = await Promise.all(tools.map((tool) => api.generate({ tool, inputs: [id] })));
    expect(accepted.map(({ status }) => status)).toEqual([202, 202, 202]);
    await stack.account.drain();
    const jobs = await Promise.all(accepted.map(({ body }) => api.get<Ended>(`/v1/generations/${body.id}`)));
    expect(jobs.map(({ body }) => body.status)).toEqual(['completed', 'failed', 'completed']);
    expect((await api.get('/v1/credits')).body).toMatchObject({ available: 8, held: 0, spent: 2 });
    return faults.map(({ struck }) => struck);
  };

  test.each([1, 2, 3])('with seed %d: the same end state', async (seed) => {
    const { faults } = stack.account;
    const struck = await runThree(() => [
      faults.onDelivery('duplicate', { probability: 1, seed }),
      faults.onDelivery('reorder', { probability: 1, seed }),
      faults.onDelivery('delay', { probability: 0.5, seed }),
    ]);
    expect(struck.every((times) => times > 0)).toBe(true);
  });

  test('and when every other success goes unseen', async () => {
    const struck = await runThree(() => [
      stack.account.faults.onDelivery('drop-answer', { probability: 0.5, seed: 7 }),
    ]);
    expect(struck[0]).toBeGreaterThan(0);
  });
});
