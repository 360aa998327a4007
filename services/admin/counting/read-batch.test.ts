import { expect, jest, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import type { CountedEvent } from '../domain/measure.ts';
import { event, samples } from '../test/events.ts';
import { batchConsumer } from './read-batch.ts';

const record = (messageId: string, detail: unknown, received = 1): SQSRecord =>
  ({
    messageId,
    body: JSON.stringify({ id: 'b', source: 'tessera.test', 'detail-type': 'x', detail }),
    attributes: { ApproximateReceiveCount: `${received}` },
  }) as SQSRecord;
const good = (id: string) => event('JobRequested', samples.JobRequested, { id });
const logger = { error: jest.fn() };

test('SP16 what cannot be read comes again alone; the others of its batch are counted together', async () => {
  const counted: CountedEvent[][] = [];
  const handle = batchConsumer(logger, async (events) => void counted.push([...events]));
  const broken = { ...record('m3', {}), body: '{' };
  const { batchItemFailures } = await handle({
    Records: [record('m1', good('e1')), record('m2', { type: 'Unheard' }), broken, record('m4', good('e2'))],
  });
  expect(batchItemFailures).toEqual([{ itemIdentifier: 'm2' }, { itemIdentifier: 'm3' }]);
  expect(counted.map((events) => events.map(({ id }) => id))).toEqual([['e1', 'e2']]);
});

test('SP16 a batch that was not counted as a whole comes again as a whole', async () => {
  const handle = batchConsumer(logger, async () => {
    throw new Error('throttled');
  });
  const { batchItemFailures } = await handle({ Records: [record('m1', good('e1')), record('m2', good('e2'))] });
  expect(batchItemFailures).toEqual([{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }]);
});

test('SP16 one bad event takes none of the others into the dead-letter queue: what came often is counted one by one', async () => {
  const counted: string[][] = [];
  const handle = batchConsumer(logger, async (events) => {
    if (events.some(({ id }) => id === 'bad')) throw new Error('no such day');
    counted.push(events.map(({ id }) => id));
  });
  const ids = ['e1', 'bad', 'e2', 'e3'];
  let left = ids;
  for (let delivery = 1; delivery <= 5 && left.length > 0; delivery += 1) {
    const Records = left.map((id) => record(id, good(id), delivery));
    left = (await handle({ Records })).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    expect(left).toEqual(delivery <= 3 ? ids : ['bad']);
  }
  expect(counted).toEqual([['e1'], ['e2'], ['e3']]);
});

test('SP16 what comes for the first time is counted together all the same', async () => {
  const counted: string[][] = [];
  const handle = batchConsumer(logger, async (events) => void counted.push(events.map(({ id }) => id)));
  await handle({ Records: [record('m1', good('e1')), record('m2', good('e2'), 4), record('m3', good('e3'))] });
  expect(counted).toEqual([['e1', 'e3'], ['e2']]);
});
