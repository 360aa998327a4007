import { describe, expect, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { apiFunction } from '#shared/http/api-function.ts';
import { createMetrics } from '#shared/observability/metrics.ts';
import { apiEvent } from '#shared/testing/api-event.ts';
import { callbackUrl, readCallback } from '../../callbacks/callback-url.ts';
import type { Provider, WebhookRequest } from '../../providers/provider.ts';
import { webhookRoutes } from '../../routes.ts';
import { inWords, jobId, never, on, world } from '../../test/job-world.ts';
import { owner, silent } from '../../test/memory.ts';
import { finished, scripted, setUp, submitted } from '../../test/providers.ts';
import { type FollowMessage, followMessage } from '../../worker/follow-message.ts';
import { followTask } from '../../worker/follow-task.ts';
import { problems } from '../problems.ts';
import { receiveProviderWebhook } from './receive-provider-webhook.ts';

process.env.POWERTOOLS_METRICS_DISABLED = 'true';

const secret = async () => 'a secret of 32 bytes at the least';
const urls = callbackUrl({ publicUrl: '', secret });
const pathOf = (change: object = {}) =>
  urls({ ...owner, jobId, attempt: 1, provider: 'slow', model: 'slow-1', ...change });
const body = z.object({ task_id: z.string(), over: z.boolean().default(true) });

/** A provider that signs its webhooks with a word in a header. */
const seen: WebhookRequest[] = [];
const readWebhook = async (request: WebhookRequest) => {
  seen.push(request);
  if (request.headers['x-signature'] !== 'genuine') return undefined;
  const { success, data } = body.safeParse(JSON.parse(Buffer.from(request.body).toString()));
  return success ? { taskId: data.task_id, isOver: data.over } : undefined;
};
const slow = () => scripted('slow', { starts: [submitted()], looks: [finished()], readWebhook });
const plain: Provider = { name: 'plain', start: async () => finished() };

const receiver = (...providers: Provider[]) => {
  const sent: FollowMessage[] = [];
  const handler = apiFunction({
    routes: webhookRoutes,
    problems,
    logger: silent,
    metrics: createMetrics('test'),
    handlers: {
      receiveProviderWebhook: receiveProviderWebhook({
        providersOf: setUp(...providers),
        readCallback: readCallback(secret),
        follow: async (next, afterSeconds) => {
          expect(afterSeconds).toBe(0);
          sent.push(followMessage.parse(next));
        },
      }),
    },
  });
  const post = async (path: string, rawBody = '{"task_id":"t-1"}', signature = 'genuine') => {
    const { pathname, searchParams } = new URL(path, 'https://api.example');
    const query = Object.fromEntries(searchParams);
    const event = apiEvent({ method: 'POST', path: pathname, query, rawBody, headers: { 'x-signature': signature } });
    const answer = await handler(event, {} as Context);
    return { status: answer.statusCode, body: JSON.parse(answer.body ?? '') };
  };
  return { sent, post };
};

describe('BM6 PP17 a provider’s webhook', () => {
  test('is one look at its task, now', async () => {
    const { sent, post } = receiver(slow().provider);
    expect(await post(await pathOf({ attempt: 2 }))).toEqual({ status: 202, body: {} });
    expect(sent).toEqual([
      {
        kind: 'told',
        ...owner,
        jobId,
        taskId: 't-1',
        attempt: 2,
        provider: 'slow',
        model: 'slow-1',
        isOver: true,
        correlationId: 'request-1',
        causationId: 'request-1',
      },
    ]);
  });

  test('is judged by its very bytes and headers', async () => {
    const { post } = receiver(slow().provider);
    seen.length = 0;
    const text = '{ "task_id":\t"t-1", "who": "Zoë" }\n';
    expect((await post(await pathOf(), text)).status).toBe(202);
    expect(Buffer.from(seen[0]?.body ?? []).toString()).toBe(text);
    expect(seen[0]).toMatchObject({ headers: { 'x-signature': 'genuine' }, receivedAtMs: expect.any(Number) });
  });

  test.each([
    ['with a wrong signature', '{"task_id":"t-1"}', 'forged'],
    ['that names no task', '{}', 'genuine'],
  ])('%s: 401, and nobody looks', async (_, text, signature) => {
    const { sent, post } = receiver(slow().provider);
    const answer = await post(await pathOf(), text, signature);
    expect([answer.status, answer.body.type]).toEqual([401, 'urn:tessera:problem:callback-untrusted']);
    expect(sent).toEqual([]);
  });

  test.each<[what: string, path: () => Promise<string>]>([
    ['of another app in the path', async () => (await pathOf()).replace('/sparky?', '/baby-music?')],
    ['of another provider in the path', async () => (await pathOf()).replace('/slow/', '/plain/')],
    ['of a token cut short', async () => (await pathOf()).slice(0, -4)],
    ['of a token that somebody made up', async () => '/webhooks/providers/slow/sparky?callback=abc.def'],
    ['of a provider that has no tasks', () => pathOf({ provider: 'plain' })],
    ['of a provider that is not set up any more', () => pathOf({ provider: 'gone' })],
    ['of a provider of a name of the language', () => pathOf({ provider: 'constructor' })],
  ])('%s: 404, its body unread', async (_, path) => {
    const { sent, post } = receiver(slow().provider, plain);
    seen.length = 0;
    const { status, body: problem } = await post(await path());
    expect([status, problem.type]).toEqual([404, 'urn:tessera:problem:callback-unknown']);
    expect([seen, sent]).toEqual([[], []]);
  });

  test('of a token that is too long: refused before it is read', async () => {
    const { post } = receiver(slow().provider);
    expect((await post(`/webhooks/providers/slow/sparky?callback=${'a'.repeat(1_001)}`)).status).toBe(400);
  });

  test('I8 of another app’s task finds no job of that app', async () => {
    const { sent, post } = receiver(slow().provider);
    const here = await world(['m'], inWords(on(['slow', 'a'])), { providersOf: setUp(slow().provider) });
    await here.run();
    await post(await pathOf({ app: 'baby-music' }));
    const [look] = sent;
    expect(look).toMatchObject({ app: 'baby-music' });
    await expect(look && followTask(here.all)(look, never)).rejects.toThrow(/no such job/);
    expect(await here.types()).toEqual(['JobRequested', 'JobStarted', 'JobSubmitted']);
  });
});

describe('BM6 a webhook that comes', () => {
  /** What comes of these, looked at in turn. */
  const courseOf = async (tell: (post: ReturnType<typeof receiver>['post']) => Promise<unknown>) => {
    const provider = slow();
    const here = await world(['m'], inWords(on(['slow', 'a'])), { providersOf: setUp(provider.provider) });
    await here.run();
    const { sent, post } = receiver(provider.provider);
    await tell(post);
    for (const look of sent) await here.follow(look);
    return { types: (await here.types()).slice(3), looks: sent.length, looked: provider.looked.length };
  };

  test('twice: two looks are sent, one result follows', async () =>
    expect(
      await courseOf(async (post) => {
        await post(await pathOf());
        await post(await pathOf());
      }),
    ).toEqual({ types: ['JobSucceeded', 'LateAnswerRecorded'], looks: 2, looked: 1 }));

  test('with word of progress is no late answer', async () =>
    expect(
      await courseOf(async (post) => {
        await post(await pathOf());
        await post(await pathOf(), '{"task_id":"t-1","over":false}');
      }),
    ).toEqual({ types: ['JobSucceeded'], looks: 2, looked: 1 }));

  test('for a task of another attempt changes nothing', async () =>
    expect(await courseOf(async (post) => post(await pathOf({ attempt: 2 }), '{"task_id":"t-2"}'))).toEqual({
      types: [],
      looks: 1,
      looked: 0,
    }));
});
