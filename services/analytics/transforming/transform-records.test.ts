import { expect, test } from '@jest/globals';
import { lakeRow } from '../contracts.ts';
import { forgetUser } from '../leaving/forget-user.ts';
import { eventOf, everyData } from '../test/events.ts';
import { memoryPseudonyms } from '../test/memory-pseudonyms.ts';
import { transformRecords } from './transform-records.ts';

const recordOf = (recordId: string, body: unknown) => ({
  recordId,
  approximateArrivalTimestamp: 1,
  data: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)).toString('base64'),
});
const newWorld = () => {
  const pseudonyms = memoryPseudonyms();
  const unreadable: string[] = [];
  const transform = transformRecords({ pseudonyms, onUnreadable: (recordId) => unreadable.push(recordId) });
  return {
    pseudonyms,
    unreadable,
    transform: (...records: ReturnType<typeof recordOf>[]) =>
      transform({ invocationId: 'i', deliveryStreamArn: 'arn', region: 'eu-west-1', records }),
  };
};
const rowIn = (data: string) => lakeRow.parse(JSON.parse(Buffer.from(data, 'base64').toString()));

test('X7 each record comes back as a row, in order, with its folder', async () => {
  const { transform } = newWorld();
  const held = eventOf('CreditsHeld', everyData.CreditsHeld, {}, 'tessera.credits');
  const changed = eventOf('CatalogChanged', everyData.CatalogChanged, { app: 'nano-banana', user: 'catalog' });
  const { records } = await transform(recordOf('1', { ...held, id: 'bus-1' }), recordOf('2', changed));
  expect(records).toMatchObject([
    { recordId: '1', result: 'Ok', metadata: { partitionKeys: { app: 'sparky', day: '2026-11-05' } } },
    { recordId: '2', result: 'Ok', metadata: { partitionKeys: { app: 'nano-banana', day: '2026-11-05' } } },
  ]);
  expect(records.map(({ data }) => rowIn(data)).map(({ service, event_type }) => [service, event_type])).toEqual([
    ['credits', 'CreditsHeld'],
    ['test', 'CatalogChanged'],
  ]);
});

test('X7 what is no event is given back as failed, and is told; the others go on', async () => {
  const { transform, unreadable } = newWorld();
  const event = eventOf('AccountOpened', {});
  const outside = eventOf('AccountOpened', {}, { app: '../elsewhere' });
  const { records } = await transform(
    recordOf('1', '{'),
    recordOf('2', event),
    recordOf('3', { ...event, source: 'aws.s3' }),
    recordOf('4', outside),
  );
  expect(records.map(({ recordId, result }) => [recordId, result])).toEqual([
    ['1', 'ProcessingFailed'],
    ['2', 'Ok'],
    ['3', 'ProcessingFailed'],
    ['4', 'ProcessingFailed'],
  ]);
  expect(records[0]?.data).toBe(recordOf('1', '{').data);
  expect(unreadable).toEqual(['1', '3', '4']);
});

test('X7 keys that cannot be read fail the batch, which Firehose repeats', async () => {
  const { transform, pseudonyms } = newWorld();
  pseudonyms.broken = true;
  await expect(transform(recordOf('1', eventOf('AccountOpened', {})))).rejects.toThrow('down');
});

test('X7 the rows of a user share a pseudonym until the second pass of their leaving, and nobody’s afterwards', async () => {
  const { transform, pseudonyms } = newWorld();
  const forget = forgetUser({ pseudonyms, now: () => new Date('2026-11-05T12:00:00.000Z') });
  const userIdOf = async () => {
    const { records } = await transform(recordOf('1', eventOf('AccountOpened', {})));
    return rowIn(records[0]?.data ?? '').user_id;
  };
  const leave = (pass: number) =>
    forget({
      ...eventOf('UserDeleted', { pass }).detail,
      type: 'UserDeleted',
      schemaVersion: 1,
      causationId: 'request',
      data: { pass },
    });
  const before = await userIdOf();
  await leave(1);
  expect(await userIdOf()).toBe(before);
  await leave(2);
  const late = [await userIdOf(), await userIdOf()];
  expect(new Set([before, ...late]).size).toBe(3);
});
