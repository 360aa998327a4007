/** Songs in the API for tests: sung, failed, changed and sung anew. */
import { type Id, newId } from '#shared/ids.ts';
import { jobStream } from '../domain/job.ts';
import type { JobOutput } from '../domain/job-events.ts';
import type { apiWorld } from './api-world.ts';
import { owner } from './memory.ts';

export const at = '2026-11-20T10:00:00.000Z';
const claim = { messageId: 'm-1', receiveCount: 1 };
const meta = { actor: 'system:generation-worker', correlationId: 'c-1' };

export const songsIn = (here: ReturnType<typeof apiWorld>) => {
  const create = async (params: object = {}, key: string = newId('gen')): Promise<Id<'gen'>> => {
    const { status, body } = await here.create({ tool: 'song', params }, key);
    if (status !== 202) throw new Error(`the song was not accepted: ${status}`);
    return body.id;
  };
  const work = async (id: string) => {
    const stream = jobStream(owner, id);
    await here.handleJob(stream, { type: 'StartJob', at, claim, provider: 'sandbox', model: 'sandbox-1' }, meta);
    return stream;
  };
  /** Two takes of it. */
  const complete = async (id: Id<'gen'>, kind: JobOutput['kind'] = 'audio'): Promise<Id<'gen'>> => {
    const outputs = ['First take', 'Second take'].map((title, index) => {
      const key = `outputs/sparky/user-1/${id}/${index}.mp3`;
      here.outputs.files.set(key, Buffer.from('x'));
      return { kind, contentType: 'audio/mpeg', bytes: 1, sha256: 's', key, title, durationSeconds: 61.5 };
    });
    const done = { type: 'SucceedJob', at, by: { claim }, outputs, usage: {}, cost: 1 } as const;
    await here.handleJob(await work(id), done, meta);
    return id;
  };
  return {
    create,
    complete,
    song: async (params: object = {}) => complete(await create(params)),
    fail: async (id: string, reason: 'failed' | 'blocked' = 'failed') => {
      const message = 'The provider was busy.';
      await here.handleJob(await work(id), { type: 'FailJob', at, by: { claim }, reason, message }, meta);
    },
    read: (id: string) => here.at(`/v1/generations/${id}`),
    patch: (id: string, body: object, user = owner) =>
      here.call({ method: 'PATCH', path: `/v1/generations/${id}`, body, user }),
    remove: (id: string, user = owner) => here.at(`/v1/generations/${id}`, 'DELETE', user),
    list: async (query: Record<string, string> = {}): Promise<string[]> =>
      (await here.call({ path: '/v1/generations', query })).body.data.map(({ id }: { id: string }) => id),
    regenerate: (id: string, body?: object, key = 'again', user = owner) =>
      here.call({
        method: 'POST',
        path: `/v1/generations/${id}/regenerate`,
        headers: { 'idempotency-key': key },
        user,
        ...(body ? { body } : {}),
      }),
    play: (id: string, key?: string, user = owner) =>
      here.call({
        method: 'POST',
        path: `/v1/generations/${id}/plays`,
        user,
        ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
      }),
  };
};
