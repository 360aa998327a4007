import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Generation } from '../api/types.ts';
import type { GenerationUpdated, SocketMessage } from '../realtime/messages.ts';
import { answerTo, type SocketServer, startServer } from '../realtime/testing/server.ts';
import { handTime } from '../realtime/testing/time.ts';
import { type ApiServer, problem, startApi } from '../testing/api-server.ts';
import { hasty } from '../testing/hasty.ts';
import { TesseraError } from './error.ts';
import { GenerationError } from './run.ts';
import { createTessera, type Tessera } from './tessera.ts';
import { waitFor } from './wait.ts';

const id = 'gen_1';
const timeoutMs = 2_000;
const shown = (status: Generation['status'], progress = 0) => ({ body: { id, status, progress, error: null } });

let api: ApiServer;
let sockets: SocketServer;
let tessera: Tessera;
let waits: readonly number[];
beforeEach(async () => {
  [api, sockets] = await Promise.all([startApi(), startServer()]);
  const hurry = hasty(timeoutMs);
  waits = hurry.waits;
  const token = () => 'a.b.c';
  tessera = createTessera({
    ...{ url: api.url, realtimeUrl: sockets.url, token, timers: hurry.timers, timeoutMs, retries: 0 },
    random: () => 0.5,
  });
});
afterEach(async () => {
  await Promise.all([api.stop(), sockets.stop()]);
});

const updated = (data: Partial<GenerationUpdated>, version = 1): SocketMessage => ({
  ...{
    type: 'generation.updated',
    id: `evt_${version}`,
    key: `generations/${data.id}`,
    version,
    cursor: `c${version}`,
  },
  at: '2026-11-21T10:00:00.000Z',
  data: {
    ...{ id, tool: 'poem', status: 'processing', progress: 0, cost_credits: null, title: null, favourite: null },
    ...{ outputs: [], error: null },
    ...data,
  },
});

test('NB10 without a socket it is asked for ever more rarely, through what passes', async () => {
  api.answers(shown('queued'), shown('processing', 40), problem('unavailable', 503), 'drops', shown('completed', 100));
  const seen: string[] = [];
  const onProgress = ({ status, progress }: { status: string; progress: number }) => seen.push(`${status} ${progress}`);
  expect(await tessera.waitForGeneration(id, { onProgress })).toMatchObject({ status: 'completed' });
  expect(seen).toEqual(['queued 0', 'processing 40']);
  expect(waits).toEqual([1_000, 1_500, 2_250, 3_375]);
});

test("NB10 another user's generation is not waited for", async () => {
  api.answers(problem('job-not-found', 404));
  await expect(tessera.waitForGeneration(id)).rejects.toMatchObject({ status: 404 });
  expect(api.asked).toHaveLength(1);
});

test('NB10 waiting ends: by its time, which is never overrun, and by its signal', async () => {
  const time = handTime();
  let asked = 0;
  const get = async () => {
    asked += 1;
    return { id, status: 'processing', progress: 5 } as Generation;
  };
  const clock = { timers: time.timers, now: time.now, random: () => 0.5 };
  const tools = { clock, get, realtime: () => undefined };
  const waited = waitFor(tools, id, { timeoutMs: 60_000 }).catch((error: unknown) => error);
  const controller = new AbortController();
  const aborted = waitFor(tools, id, { signal: controller.signal }).catch((error: unknown) => error);
  const turn = () => new Promise((next) => setImmediate(next));
  for (let seconds = 0; seconds <= 60; seconds += 1) {
    await turn();
    if (seconds === 30) controller.abort('gone');
    time.advance(1_000);
  }
  expect(await waited).toMatchObject({ type: 'urn:tessera:client:generation-unfinished' });
  expect(await waited).toBeInstanceOf(TesseraError);
  expect(await aborted).toBe('gone');
  expect(asked).toBeLessThan(25);
  expect(time.waits()).toEqual([]);
});

test('NB10 an open socket tells: asked once before and once after, and progress as it comes', async () => {
  sockets.answer = (request) => [answerTo(request)];
  const realtime = tessera.connectRealtime();
  expect(tessera.connectRealtime()).toBe(realtime);
  const peer = await sockets.peers.next();
  expect(peer.token).toBe('a.b.c');
  await new Promise<void>((open) => {
    if (realtime.state === 'open') open();
    realtime.on('state', (state) => state === 'open' && open());
  });
  let isOver = false;
  api.answers(() => {
    if (api.asked.length === 1) {
      peer.say(updated({ id: 'gen_other', status: 'completed' }));
      peer.say(updated({ progress: 50 }, 1));
      peer.say(updated({ status: 'completed', progress: 100 }, 2));
      isOver = true;
      return shown('queued');
    }
    return shown(isOver ? 'completed' : 'queued', 100);
  });
  const seen: number[] = [];
  const patient = createTessera({ url: api.url, realtimeUrl: sockets.url, token: () => 'a.b.c' });
  patient.connectRealtime().close();
  const found = await waitFor(
    {
      // Real timers: were it not for the socket, the second question would come after thirty seconds.
      clock: { timers: globalThis, now: Date.now, random: Math.random } as unknown as Parameters<
        typeof waitFor
      >[0]['clock'],
      get: patient.generations.get,
      realtime: () => realtime,
    },
    id,
    { onProgress: ({ progress }) => seen.push(progress) },
  );
  expect(found.status).toBe('completed');
  expect(seen).toEqual(expect.arrayContaining([0, 50, 100]));
  expect(api.asked).toHaveLength(2);
  realtime.close();
  expect(tessera.connectRealtime()).not.toBe(realtime);
  tessera.connectRealtime().close();
});

test('NB10 what came to nothing is an error that has the generation', async () => {
  const failed = { id, status: 'failed', progress: 0, error: { reason: 'blocked', message: 'The photo was refused' } };
  api.answers({ status: 202, body: { id, status: 'queued', cost_credits: 1, remaining_credits: 9 } }, { body: failed });
  const error = await tessera.run('poem', { about: 'rain' }).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(GenerationError);
  expect(error).toMatchObject({ message: 'The photo was refused', generation: failed });
  expect(JSON.parse(api.asked[0]?.body ?? '')).toEqual({ tool: 'poem', params: { about: 'rain' }, inputs: [] });
});
