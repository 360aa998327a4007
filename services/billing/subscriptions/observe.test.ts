/** Observers of one subscription at once: whatever the interleaving, what stays is what the provider says in the end. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ContentionError } from '#shared/eventsourcing/command-handler.ts';
import { memoryEventStore } from '#shared/eventsourcing/memory-event-store.ts';
import type { SubscriptionEvent } from '../domain/subscription-events.ts';
import { noSubscription, type Observed, type Subscription, subscriptionStream } from '../domain/subscription-state.ts';
import { type SubscriptionStore, subscriptionHandler } from '../handle-subscription.ts';
import { subscriptionYear, type YearStep } from '../test/subscription-year.ts';
import { anObserved, aPeriod, day } from '../test/subscriptions.ts';
import { observeSubscription } from './observe.ts';

const owner = { app: 'sparky', user: 'user-1' };
const stream = subscriptionStream(owner);
const meta = { actor: 'system:test', correlationId: 'callback-1' };
const pause = async (): Promise<void> => undefined;

/** A provider whose subscriptions are what `says` holds; `slow` is waited for around every call. */
const newWorld = (slow: () => Promise<unknown> = pause) => {
  const says = new Map<string, Observed>();
  let asked = 0;
  const memory = memoryEventStore<Subscription, SubscriptionEvent>();
  const slowly =
    <In extends readonly unknown[], Out>(act: (...args: In) => Promise<Out>) =>
    async (...args: In): Promise<Out> => {
      await slow();
      const answer = await act(...args);
      await slow();
      return answer;
    };
  const store: SubscriptionStore = { ...memory, load: slowly(memory.load), append: slowly(memory.append) };
  const handle = subscriptionHandler(store);
  const observe = observeSubscription({ store, handle, now: () => day(0) });
  const stripe = {
    readSubscription: slowly(async (reference: string) => {
      asked += 1;
      const observed = says.get(reference);
      if (!observed) throw new Error(`no subscription ${reference}`);
      return { observed, customer: 'cus_1', item: 'si_1' };
    }),
  };
  /** As the queue does it: what failed comes again. */
  const deliver = async (reference: string): Promise<void> => {
    for (let times = 0; times < 20; times += 1) {
      try {
        await observe(owner, stripe, reference, meta);
        return;
      } catch (error) {
        if (!(error instanceof ContentionError)) throw error;
      }
    }
    throw new Error('the callback was never done');
  };
  return {
    says,
    stripe,
    handle,
    deliver,
    observe: (reference: string) => observe(owner, stripe, reference, meta),
    observeBy: (api: typeof stripe, reference: string) => observe(owner, api, reference, meta),
    asked: () => asked,
    events: async () => (await memory.read(stream, { limit: 1_000 })).map(({ event }) => event),
    state: async () => (await memory.load(stream))?.state ?? noSubscription,
  };
};

describe('FS8 observers at once', () => {
  /** Whether the ones occur among the others in the same order. */
  const isWithin = (ones: readonly boolean[], others: readonly boolean[]): boolean => {
    let found = 0;
    for (const other of others) if (ones[found] === other) found += 1;
    return found === ones.length;
  };

  test('record what the provider says in the end, and nothing out of order, whatever the interleaving', async () => {
    const changes = fc.array(fc.boolean(), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), changes, async (scheduler, cancelling) => {
        const world = newWorld(() => scheduler.schedule(Promise.resolve()));
        const lives = async (): Promise<void> => {
          const delivered: Promise<void>[] = [];
          for (const cancelAtPeriodEnd of cancelling) {
            world.says.set('sub_1', anObserved({ cancelAtPeriodEnd }));
            delivered.push(world.deliver('sub_1'));
            await scheduler.schedule(Promise.resolve());
            await scheduler.schedule(Promise.resolve());
          }
          await Promise.all(delivered);
        };
        await scheduler.waitFor(lives());
        const recorded = (await world.events()).flatMap((event) =>
          event.type === 'SubscriptionObserved' ? [event.cancelAtPeriodEnd] : [],
        );
        expect(recorded.at(-1)).toBe(cancelling.at(-1));
        expect(isWithin(recorded, cancelling)).toBe(true);
      }),
      { numRuns: 80 },
    );
  });

  test('undo an answer from between a change and its taking back', async () => {
    const world = newWorld();
    world.says.set('sub_1', anObserved());
    await world.observe('sub_1');
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let isFirst = true;
    const late = {
      readSubscription: async (reference: string) => {
        const answer = await world.stripe.readSubscription(reference);
        if (isFirst) {
          isFirst = false;
          await held;
        }
        return answer;
      },
    };
    world.says.set('sub_1', anObserved({ cancelAtPeriodEnd: true }));
    const slow = world.observeBy(late, 'sub_1');
    await new Promise((resolve) => setImmediate(resolve));
    world.says.set('sub_1', anObserved());
    await world.observe('sub_1');
    goOn();
    await slow;
    expect((await world.state()).observed?.cancelAtPeriodEnd).toBe(false);
  });

  test('that find each other ahead again and again give up, and the callback comes again', async () => {
    const world = newWorld();
    let end = 0;
    const stripe = {
      readSubscription: async () => {
        end += 1;
        return { observed: anObserved({ currentPeriodEnd: day(end) }), customer: 'cus_1', item: 'si_1' };
      },
    };
    const store = { load: async () => undefined };
    const observe = observeSubscription({ store, handle: world.handle, now: () => day(0) });
    await expect(observe(owner, stripe, 'sub_1', meta)).rejects.toThrow(ContentionError);
    expect(end).toBe(5);
  });
});

test('BM11 a subscription that is as it was known is asked for once, a new one twice', async () => {
  const world = newWorld();
  world.says.set('sub_1', anObserved());
  expect(await world.observe('sub_1')).toMatchObject({ accepted: true, state: { observed: anObserved() } });
  expect(world.asked()).toBe(2);
  await world.observe('sub_1');
  expect(world.asked()).toBe(3);
  expect((await world.events()).map(({ type }) => type)).toEqual(['SubscriptionObserved']);
});

describe('FS7 a second subscription', () => {
  test('is refused while the provider says that the first one lives', async () => {
    const world = newWorld();
    world.says.set('sub_1', anObserved()).set('sub_2', anObserved({ reference: 'sub_2' }));
    await world.observe('sub_1');
    expect(await world.observe('sub_2')).toMatchObject({ accepted: false, rejection: 'subscription-other' });
    expect((await world.state()).observed?.reference).toBe('sub_1');
  });

  test('follows the first one that has ended, though its callback comes first', async () => {
    const world = newWorld();
    world.says.set('sub_1', anObserved()).set('sub_2', anObserved({ reference: 'sub_2' }));
    await world.observe('sub_1');
    world.says.set('sub_1', anObserved({ status: 'canceled' }));
    expect(await world.observe('sub_2')).toMatchObject({ accepted: true, state: { observed: { reference: 'sub_2' } } });
    await world.observe('sub_1');
    expect((await world.state()).observed?.reference).toBe('sub_2');
  });
});

/** Each step's callbacks, twice, at random places behind it; a subscription's first one before the next subscription begins. */
const tellLate = async (steps: readonly YearStep[], delays: readonly number[]): Promise<Subscription> => {
  const world = newWorld();
  const tell = async ({ said, paid }: YearStep): Promise<void> => {
    await world.deliver(said.reference);
    if (paid) {
      const handled = await world.handle(stream, { type: 'RecordPeriodPaid', at: day(400), paid }, meta);
      expect(handled.accepted).toBe(true);
    }
  };
  const places = steps.flatMap((step, index) =>
    [0, 1].map((copy) => ({ step, place: index + (step.isFirst && copy === 0 ? 0 : (delays[index * 2 + copy] ?? 0)) })),
  );
  for (const [index, step] of steps.entries()) {
    world.says.set(step.said.reference, step.said);
    for (const { step: due } of places.filter(({ place }) => place === index)) await tell(due);
  }
  for (const { step } of places.filter(({ place }) => place >= steps.length)) await tell(step);
  await world.handle(stream, { type: 'CheckDue', at: day(800) }, meta);
  return world.state();
};

test('FS8 BM11 random orders of a subscription’s year converge', async () => {
  const delays = fc.array(fc.nat({ max: 8 }), { minLength: 28, maxLength: 28 });
  await fc.assert(
    fc.asyncProperty(subscriptionYear, delays, async (steps, late) => {
      const [inOrder, anyhow] = [await tellLate(steps, []), await tellLate(steps, late)];
      const { observed, paid, entitledTo } = inOrder;
      expect(anyhow).toMatchObject({ observed, entitledTo });
      // What a subscription before it was paid last shows nowhere.
      if (paid?.reference === observed?.reference) expect(anyhow.paid?.paymentId).toBe(paid?.paymentId);
      expect(anyhow.payments.toSorted()).toEqual(inOrder.payments.toSorted());
    }),
    { numRuns: 60 },
  );
});

test('FS8 a payment that is told before anything else of its subscription is not lost', async () => {
  const world = newWorld();
  world.says.set('sub_1', anObserved());
  await world.handle(stream, { type: 'RecordPeriodPaid', at: day(0), paid: aPeriod() }, meta);
  await world.observe('sub_1');
  expect(await world.state()).toMatchObject({ entitledTo: 'plus' });
});
