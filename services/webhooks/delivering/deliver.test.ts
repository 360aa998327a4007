import { describe, expect, test } from '@jest/globals';
import type { Attempt, Outcome } from '../domain/delivery.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { generationMessage } from '../domain/message.ts';
import { paymentMessage } from '../domain/payment-message.ts';
import type { DeliveryTable } from '../storage/delivery-table.ts';
import { memoryDeliveries, memoryEndpoints, memoryQueue } from '../test/memory.ts';
import { at, captured, deliveryOf, endpointOf, failed, succeeded } from '../test/samples.ts';
import { deliver } from './deliver.ts';
import type { AttemptCount } from './metrics.ts';
import type { Letter } from './post.ts';
import { tellEndpoints } from './tell-endpoints.ts';
import type { WakeUp } from './wake-up.ts';

/** What the receiver answers, attempt by attempt; the last one for good. `undefined`: nothing at all. */
type Answers = readonly (number | undefined)[];

const startWorld = async (
  answers: Answers = [200],
  { endpoint = endpointOf(), deliveries = memoryDeliveries(), retryAfterSeconds = 0 } = {},
) => {
  const queue = memoryQueue(at);
  const endpoints = memoryEndpoints();
  await endpoints.create(endpoint);
  const letters: (Letter & { readonly at: string })[] = [];
  const counted: AttemptCount[] = [];
  const post = async (letter: Letter): Promise<Outcome> => {
    const begun = queue.now().toISOString();
    const status = answers[Math.min(letters.length, answers.length - 1)];
    letters.push({ ...letter, at: begun });
    const attempt: Attempt = { at: begun, httpStatus: status, durationMs: 10 };
    return status === 200 ? { attempt } : { attempt: { ...attempt, error: 'no success' }, retryAfterSeconds };
  };
  const common = { endpoints, deliveries, wake: queue.wake, now: queue.now };
  const handle = deliver({
    ...common,
    secretsOf: async (_signer, versions) => versions.map((version) => `secret ${version}`),
    post,
    logger: { info: () => {} },
    count: (attempt) => void counted.push(attempt),
    random: () => 0.5,
  });
  return {
    endpoint,
    endpoints,
    deliveries,
    queue,
    letters,
    counted,
    handle,
    tell: tellEndpoints(common, generationMessage),
    tellPayment: tellEndpoints(common, paymentMessage),
    all: async (of: Endpoint = endpoint) => (await deliveries.list(of.id, { limit: 100 })).deliveries,
  };
};
type World = Awaited<ReturnType<typeof startWorld>>;

/** Taken off the queue. */
const firstOf = ({ queue }: World): WakeUp => {
  const first = queue.waiting.shift();
  if (!first) throw new Error('nothing is on its way');
  return first.message;
};

/** Told, and sent until nothing is on its way. */
const tellAndDrain = async (world: World) => {
  await world.tell(succeeded());
  await world.queue.drain(world.handle);
  return (await world.all())[0];
};

describe('X9 an event', () => {
  test('is sent to each endpoint of its app that wants it, and to no other', async () => {
    const world = await startWorld();
    const others = [
      endpointOf({ events: ['generation.failed'] }),
      endpointOf({ active: false }),
      endpointOf({ app: 'nano-banana' }),
      endpointOf({ events: ['generation.completed'], url: 'https://second.example/' }),
    ];
    for (const other of others) await world.endpoints.create(other);
    await tellAndDrain(world);
    expect(world.letters.map(({ url }) => url).toSorted()).toEqual([world.endpoint.url, 'https://second.example/']);
    expect(new Set(world.letters.map(({ eventId }) => eventId))).toEqual(new Set([succeeded().id]));
  });

  test('of a payment goes to who asked for it, told twice once', async () => {
    const world = await startWorld([200], { endpoint: endpointOf({ events: ['payment.captured'] }) });
    await world.endpoints.create(endpointOf({ events: ['payment.failed'] }));
    await world.tellPayment(captured());
    await world.tellPayment(captured());
    await world.tell(succeeded());
    await world.queue.drain(world.handle);
    expect(world.letters).toMatchObject([{ url: world.endpoint.url, eventId: captured().id }]);
    expect(JSON.parse(world.letters[0]?.payload ?? '')).toMatchObject({ type: 'payment.captured' });
  });

  test('told twice, before or after it was sent, is sent once', async () => {
    const world = await startWorld();
    await world.tell(succeeded());
    await world.tell(succeeded());
    await world.queue.drain(world.handle);
    await world.tell(succeeded());
    await world.queue.drain(world.handle);
    expect([world.letters.length, (await world.all()).length]).toEqual([1, 1]);
  });

  test('put down but not sent, because its teller died in between, is sent when it is told again', async () => {
    const world = await startWorld();
    await world.deliveries.add(deliveryOf(world.endpoint), at);
    expect(await tellAndDrain(world)).toMatchObject({ status: 'delivered' });
  });
});

describe('X9 a delivery', () => {
  test('that is answered is done', async () => {
    const world = await startWorld();
    const delivery = await tellAndDrain(world);
    expect(delivery).toMatchObject({ status: 'delivered', attempt: 1, attempts: [{ at, httpStatus: 200 }] });
    expect([delivery?.dueAt, delivery?.leaseUntil]).toEqual([undefined, undefined]);
    expect(world.letters).toMatchObject([{ secrets: ['secret 1'], payload: delivery?.payload }]);
  });

  test('is tried for a day, ever more seldom, with the same id and body, and has failed then', async () => {
    const world = await startWorld([undefined]);
    const delivery = await tellAndDrain(world);
    expect(delivery).toMatchObject({ status: 'failed', failures: 11 });
    const seconds = world.letters.map((letter) => (Date.parse(letter.at) - Date.parse(at)) / 1_000);
    expect(seconds).toEqual([0, 5, 35, 155, 755, 2_555, 6_155, 13_355, 27_755, 56_555, 85_355]);
    expect(new Set(world.letters.map(({ eventId, payload }) => `${eventId} ${payload}`)).size).toBe(1);
  });

  test('that fails and then is answered is done, its attempts one below the other', async () => {
    const world = await startWorld([500, undefined, 200]);
    expect(await tellAndDrain(world)).toMatchObject({
      status: 'delivered',
      attempts: [{ httpStatus: 500, error: 'no success' }, { error: 'no success' }, { httpStatus: 200 }],
    });
  });

  test('waits as long as the receiver asks, by messages that go round every 15 minutes', async () => {
    const world = await startWorld([503, 200], { retryAfterSeconds: 3_600 });
    await world.tell(succeeded());
    const handled = await world.queue.drain(world.handle);
    expect(world.letters.map((letter) => letter.at)).toEqual([at, '2026-11-20T11:00:00.000Z']);
    expect(handled).toBe(5);
  });

  test('answered by 410 has failed, and switches its endpoint off; what else is on its way is not sent', async () => {
    const world = await startWorld([410]);
    await world.tell(succeeded());
    await world.tell({ ...failed(), id: 'another' });
    await world.queue.drain(world.handle);
    expect(world.letters).toHaveLength(1);
    expect(await world.endpoints.get('sparky', world.endpoint.id)).toMatchObject({ active: false, gone: true });
    expect((await world.all()).map(({ status }) => status)).toEqual(['failed', 'failed']);
  });

  test('of an endpoint that was removed meanwhile is not sent', async () => {
    const world = await startWorld();
    await world.tell(succeeded());
    await world.endpoints.remove('sparky', world.endpoint.id);
    await world.queue.drain(world.handle);
    expect([world.letters.length, (await world.all())[0]?.status]).toEqual([0, 'failed']);
  });

  test('goes to the address, and is signed by the secrets, that the endpoint has at the time of the attempt', async () => {
    const world = await startWorld([500, 200]);
    await world.tell(succeeded());
    await world.queue.drain(world.handle, 1);
    const { id } = world.endpoint;
    await world.endpoints.change('sparky', id, { url: 'https://new.example/', updatedAt: at });
    const retired = [{ version: 1, until: '2026-11-21T10:00:00.000Z' }];
    await world.endpoints.rotate(world.endpoint, { secretVersion: 2, retired, updatedAt: at });
    await world.queue.drain(world.handle);
    expect(world.letters[1]).toMatchObject({ url: 'https://new.example/', secrets: ['secret 2', 'secret 1'] });
  });
});

describe('attempts are counted', () => {
  test('each once: that it failed, and that nothing comes after it', async () => {
    const world = await startWorld([500, undefined, 200]);
    await tellAndDrain(world);
    const failure = { failed: true, givenUp: false };
    expect(world.counted).toEqual([failure, failure, { failed: false, givenUp: false }]);
    const gone = await startWorld([410]);
    await tellAndDrain(gone);
    expect(gone.counted).toEqual([{ failed: true, givenUp: true }]);
  });

  test('not where nothing was tried, and not of an endpoint that its admin tests', async () => {
    const removed = await startWorld();
    await removed.tell(succeeded());
    await removed.endpoints.remove('sparky', removed.endpoint.id);
    await removed.queue.drain(removed.handle);
    expect(removed.counted).toEqual([]);
    const tested = await startWorld([500]);
    const ping = deliveryOf(tested.endpoint, { type: 'test.ping', giveUpAt: at });
    await tested.deliveries.add(ping, at);
    await tested.handle({ endpoint: ping.endpoint, delivery: ping.id, attempt: 0 });
    expect([tested.letters.length, tested.counted]).toEqual([1, []]);
  });
});

describe('X9 wake-ups', () => {
  test('that come twice or late make no second attempt, and do not go round for ever', async () => {
    const world = await startWorld([500, 500, 200]);
    await world.tell(succeeded());
    const first = firstOf(world);
    for (let n = 0; n < 5; n += 1) await world.queue.wake(first);
    await world.queue.drain(world.handle);
    expect(world.letters).toHaveLength(3);
    for (let n = 0; n < 3; n += 1) await world.handle({ ...first, attempt: n });
    expect([world.letters.length, world.queue.waiting.length]).toEqual([3, 0]);
  });

  test('at the same time make one attempt; whoever lost looks again and finds it done', async () => {
    const world = await startWorld();
    await world.tell(succeeded());
    const first = firstOf(world);
    await Promise.all(Array.from({ length: 5 }, () => world.handle(first)));
    expect(world.letters).toHaveLength(1);
    await world.queue.drain(world.handle);
    expect([world.letters.length, (await world.all())[0]?.status]).toEqual([1, 'delivered']);
  });

  test('of nothing known do nothing', async () => {
    const world = await startWorld();
    const { endpoint, id } = deliveryOf();
    await world.handle({ endpoint, delivery: id, attempt: 0 });
    expect([world.letters.length, world.queue.waiting.length]).toEqual([0, 0]);
  });
});

describe('X9 a worker that dies', () => {
  /** Fails once, where it is told to. */
  const dying = (at: 'claim' | 'progress', when: 'before' | 'after'): DeliveryTable => {
    const table = memoryDeliveries();
    let alive = false;
    const once = async <Value>(write: () => Promise<Value>): Promise<Value> => {
      const dies = !alive;
      alive = true;
      if (dies && when === 'before') throw new Error('died');
      const value = await write();
      if (dies) throw new Error('died');
      return value;
    };
    return {
      ...table,
      ...(at === 'claim' ? { claim: (delivery, claim) => once(() => table.claim(delivery, claim)) } : {}),
      ...(at === 'progress' ? { progress: (claimed, made) => once(() => table.progress(claimed, made)) } : {}),
    };
  };

  test.each([
    ['claim', 'before', 1],
    ['claim', 'after', 1],
    // The receiver hears it again: it knows the message by its id.
    ['progress', 'before', 2],
    ['progress', 'after', 1],
  ] as const)('at its %s, %s it was made: the message that comes again has it sent', async (where, when, sent) => {
    const world = await startWorld([200], { deliveries: dying(where, when) });
    await world.tell(succeeded());
    const first = firstOf(world);
    await expect(world.handle(first)).rejects.toThrow('died');
    await world.queue.wake(first);
    await world.queue.drain(world.handle);
    expect([world.letters.length, (await world.all())[0]?.status]).toEqual([sent, 'delivered']);
  });

  test('after an attempt that failed: what it sent before and what comes again make one attempt between them', async () => {
    const world = await startWorld([500, 200], { deliveries: dying('progress', 'before') });
    await world.tell(succeeded());
    const first = firstOf(world);
    await expect(world.handle(first)).rejects.toThrow('died');
    await world.queue.wake(first);
    await world.queue.drain(world.handle);
    expect([world.letters.length, (await world.all())[0]?.status]).toEqual([2, 'delivered']);
  });
});
