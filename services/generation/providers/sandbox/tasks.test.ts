import { describe, expect, test } from '@jest/globals';
import { checkOutput } from '../../media/check-output.ts';
import type { InlineFile } from '../provider.ts';
import { sandbox, sandboxAt } from '../sandbox.ts';
import { filesOf, request } from './testing/request.ts';

describe('tasks', () => {
  const signal = new AbortController().signal;
  const at = (ms: number) => sandboxAt(() => 1_700_000_000_000 + ms);
  const submitted = async (model: string) => {
    const answer = await at(0).start({ ...(await request('film', { prompt: 'x' }, { model })), inputs: [] });
    if (answer.status !== 'submitted') throw new Error('not submitted');
    return { taskId: answer.taskId, model, output: 'image' as const };
  };
  const checked = (task: Awaited<ReturnType<typeof submitted>>, ms: number) => at(ms).tasks?.check(task, signal);

  test('NB8 tells its progress and is done after a second; whoever asks twice gets the same file', async () => {
    const task = await submitted('sandbox-task');
    expect(task.taskId.length).toBeLessThan(500);
    expect(await checked(task, 0)).toEqual({ status: 'running', progress: 0 });
    expect(await checked(task, 620)).toEqual({ status: 'running', progress: 62 });
    const done = await checked(task, 1_000);
    expect(done).toMatchObject({ status: 'finished', usage: { computeMs: 1_000 } });
    const [one, other] = [done, await checked(task, 9_000)].map((state) => filesOf(state ?? { status: 'none' })[0]);
    expect(Buffer.from(one?.bytes ?? []).equals(other?.bytes ?? new Uint8Array())).toBe(true);
    expect(await checkOutput(one as InlineFile, 'image')).toMatchObject({ contentType: 'image/png' });
  });

  test('of sandbox-task-fail fails for good', async () => {
    const task = await submitted('sandbox-task-fail');
    expect(await checked(task, 999)).toMatchObject({ status: 'running' });
    expect(await checked(task, 1_000)).toMatchObject({ status: 'failed', error: { kind: 'fatal' } });
  });

  test('of sandbox-task-stuck never ends, and can be stopped', async () => {
    const task = await submitted('sandbox-task-stuck');
    expect(await checked(task, 86_400_000)).toEqual({ status: 'running', progress: 90 });
    expect(await at(86_400_000).tasks?.cancel?.(task, signal)).toBe(true);
  });

  test('one that is over cannot be stopped; one that nobody began has failed', async () => {
    const task = await submitted('sandbox-task');
    expect(await at(500).tasks?.cancel?.(task, signal)).toBe(true);
    expect(await at(1_000).tasks?.cancel?.(task, signal)).toBe(false);
    for (const unknown of [
      { ...task, taskId: 'sandbox-task-any' },
      { ...task, model: 'sandbox-1' },
    ]) {
      expect(await checked(unknown, 0)).toMatchObject({ status: 'failed', error: { kind: 'next-model' } });
      expect(await at(0).tasks?.cancel?.(unknown, signal)).toBe(false);
    }
  });

  test.each<[string, object | undefined]>([
    ['{"task_id":"t-1","over":true}', { taskId: 't-1', isOver: true }],
    ['{"task_id":"t-1","over":false}', { taskId: 't-1', isOver: false }],
    ['{"task_id":"t-1"}', undefined],
    ['no JSON', undefined],
  ])('a webhook %s', async (body, reading) => {
    const told = { headers: {}, body: Buffer.from(body), receivedAtMs: 0 };
    expect(await sandbox.tasks?.readWebhook(told)).toEqual(reading);
  });
});
