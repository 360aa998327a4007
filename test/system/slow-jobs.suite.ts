/** Jobs that last longer than a call, on the whole system: the provider's task is asked after, tells by webhook, is stopped. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { callbackUrl } from '#services/generation/callbacks/callback-url.ts';
import { sharedStack } from './shared-stack.ts';
import type { Stack, User } from './stack.ts';

let stack: Stack;
let secret: string;
beforeAll(async () => {
  stack = await sharedStack();
  const [callbacks] = stack.account.model
    .ofType('AWS::SecretsManager::Secret')
    .filter(({ stack: name, logicalId }) => name === 'TesseraGeneration' && logicalId.startsWith('Callbacks'));
  const client = new SecretsManagerClient(stack.account.operatorConfig);
  secret = (await client.send(new GetSecretValueCommand({ SecretId: callbacks?.ref }))).SecretString ?? '';
  client.destroy();
}, 60_000);
afterAll(async () => {
  const { violations } = await stack.check();
  expect(violations).toEqual([]);
});

interface Shown {
  readonly status: string;
  readonly progress: number;
  readonly attempts: number;
  readonly outputs: readonly { kind: string; url: string }[];
}

const start = async (tool: string, user?: User) => {
  const { api, id, app } = user ?? (await stack.signUp('sandbox-lab'));
  const { status, body } = await api.generate({ tool });
  expect([status, body]).toEqual([202, expect.objectContaining({ status: 'queued' })]);
  const job = async () => (await api.get<Shown>(`/v1/generations/${body.id}`)).body;
  const trail = async () =>
    (await api.get<{ data: { type: string }[] }>(`/v1/generations/${body.id}/events`)).body.data.map(
      ({ type }) => type,
    );
  const credits = async () => (await api.get<{ available: number; held: number; spent: number }>('/v1/credits')).body;
  return { api, app, user: id, jobId: body.id, cost: body.cost_credits, job, trail, credits };
};

/** As the provider was told, at the local account's own address. */
const urlOf = async (
  { app, user, jobId }: { app: string; user: string; jobId: string },
  { attempt = 1, provider = 'sandbox', model = 'sandbox-task', by = secret } = {},
): Promise<string> =>
  callbackUrl({ publicUrl: stack.account.httpUrl(), secret: async () => by })({
    app,
    user,
    jobId,
    attempt,
    provider,
    model,
  });

const tell = async (url: string, body: object): Promise<number> =>
  (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).status;

describe('BM6 NB8 X3 a task that the provider works on', () => {
  test('is asked after until it is done, tells its progress, and is charged', async () => {
    const { job, trail, credits, cost } = await start('task');
    await stack.account.drain();
    expect(await job()).toMatchObject({ status: 'completed', progress: 100, attempts: 1 });
    const told = await trail();
    expect(told.slice(0, 3)).toEqual(['JobRequested', 'JobStarted', 'JobSubmitted']);
    expect(told.at(-1)).toBe('JobSucceeded');
    expect(await credits()).toMatchObject({ available: 10 - cost, held: 0, spent: cost });
  });

  test('told again when it is over: kept once, and nothing follows', async () => {
    const one = await start('task');
    await stack.account.drain();
    const url = await urlOf(one);
    const before = await one.job();
    expect(await tell(url, { task_id: 'sandbox-task-any', over: true })).toBe(202);
    expect(await tell(url, { task_id: 'sandbox-task-any', over: true })).toBe(202);
    await stack.account.drain();
    expect((await one.trail()).filter((type) => type === 'LateAnswerRecorded')).toHaveLength(1);
    const { outputs: _, ...facts } = before;
    expect(await one.job()).toMatchObject(JSON.parse(JSON.stringify(facts)));
  });

  test('that fails gives the credits back', async () => {
    const { job, credits } = await start('task-fail');
    await stack.account.drain({ timeoutMs: 60_000 });
    expect(await job()).toMatchObject({ status: 'failed', outputs: [] });
    expect(await credits()).toMatchObject({ available: 10, held: 0, spent: 0 });
  }, 70_000);

  test('cancelled while it runs: the provider is told to stop, the credits come back', async () => {
    const { api, jobId, job, trail, credits } = await start('task-stuck');
    for (let look = 0; look < 200 && !(await trail()).includes('JobSubmitted'); look += 1)
      await new Promise((resolve) => setTimeout(resolve, 25));
    expect(await api.post(`/v1/generations/${jobId}/cancel`)).toMatchObject({ status: 200 });
    await stack.account.drain();
    expect(await job()).toMatchObject({ status: 'cancelled' });
    expect(await credits()).toMatchObject({ available: 10, held: 0, spent: 0 });
  });
});

describe('PP17 a webhook that is not what it must be changes nothing', () => {
  test.each<[what: string, url: (job: { app: string; user: string; jobId: string }) => Promise<string>]>([
    ['signed with another secret', (job) => urlOf(job, { by: 'a guess' })],
    ['for another app in the path', async (job) => (await urlOf(job)).replace('/sandbox-lab?', '/sparky?')],
    ['for another provider in the path', async (job) => (await urlOf(job)).replace('/sandbox/', '/replicate/')],
    ['cut short', async (job) => (await urlOf(job)).slice(0, -4)],
  ])('%s: 404', async (_, url) => {
    const job = { app: 'sandbox-lab', user: 'somebody', jobId: 'gen_0199c2d4-0000-7000-8000-000000000000' };
    expect(await tell(await url(job), { task_id: 't', over: true })).toBe(404);
  });
});
