import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { createLogger } from '../observability/logger.ts';
import { startEventBus, type TestEventBus } from '../testing/event-bus.ts';
import type { PublishedEvent } from './published-event.ts';
import { type RecordChange, recordRelay } from './record-relay.ts';

process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';

interface Note {
  readonly id: string;
  readonly version: number;
}

/** `before` and `after` as versions; 0: no item. */
const change = (before: number, after: number, sequence = after): DynamoDBRecord => {
  const image = (version: number) =>
    marshall({ id: 'note', version }) as NonNullable<DynamoDBRecord['dynamodb']>['NewImage'];
  return {
    eventName: before === 0 ? 'INSERT' : after === 0 ? 'REMOVE' : 'MODIFY',
    dynamodb: {
      SequenceNumber: String(sequence),
      ...(before > 0 ? { OldImage: image(before) ?? {} } : {}),
      ...(after > 0 ? { NewImage: image(after) ?? {} } : {}),
    },
  };
};

const event = (version: number, part: number): PublishedEvent => ({
  id: `note-${version}-${part}`,
  type: 'NoteChanged',
  schemaVersion: 1,
  app: 'sparky',
  user: 'user-1',
  version,
  at: '2026-11-05T10:00:00.000Z',
  correlationId: 'c-1',
  causationId: 'c-1',
  data: {},
});

let bus: TestEventBus;
const changes: RecordChange<Note>[] = [];
/** Two events for each even version, one for each odd. */
const publish = (...Records: readonly DynamoDBRecord[]) =>
  recordRelay<Note>({
    client: bus.client,
    logger: createLogger('test'),
    bus: 'bus-1',
    source: 'tessera.test',
    toPublished: (told) => {
      changes.push(told);
      const version = told.after?.version;
      if (version === undefined) return [];
      return version % 2 === 0 ? [event(version, 1), event(version, 2)] : [event(version, 1)];
    },
  })({ Records: [...Records] });
const ids = () => bus.calls.map((entries) => entries.map(({ Detail }) => JSON.parse(Detail).id as string));

beforeEach(async () => {
  bus = await startEventBus();
  changes.length = 0;
});
afterEach(() => bus.close());

test('each change is told with the item before and after it, and its events go to the bus in order', async () => {
  expect(await publish(change(0, 1), change(1, 2), change(2, 0, 3))).toEqual({ batchItemFailures: [] });
  expect(changes).toEqual([
    { before: undefined, after: { id: 'note', version: 1 } },
    { before: { id: 'note', version: 1 }, after: { id: 'note', version: 2 } },
    { before: { id: 'note', version: 2 }, after: undefined },
  ]);
  expect(ids()).toEqual([['note-1-1', 'note-2-1', 'note-2-2']]);
  expect(bus.calls[0]?.[0]).toMatchObject({ EventBusName: 'bus-1', Source: 'tessera.test', DetailType: 'NoteChanged' });
});

test('nothing to tell is no call', async () => {
  expect(await publish(change(2, 0, 3))).toEqual({ batchItemFailures: [] });
  expect(bus.calls).toEqual([]);
});

test('a change of which one event is refused comes again as a whole, with the same ids', async () => {
  bus.decide = ({ Detail }) => (JSON.parse(Detail).id === 'note-2-2' ? 'throttled' : 'taken');
  expect(await publish(change(0, 1), change(1, 2), change(2, 3))).toEqual({
    batchItemFailures: [{ itemIdentifier: '2' }],
  });
  bus.decide = () => 'taken';
  expect(await publish(change(1, 2), change(2, 3))).toEqual({ batchItemFailures: [] });
  expect(ids()[1]).toEqual(['note-2-1', 'note-2-2', 'note-3-1']);
});

test('a bus that is down is reported from the first change on', async () => {
  bus.broken = true;
  expect(await publish(change(0, 1), change(1, 2))).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
});
