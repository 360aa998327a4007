import { gunzipSync } from 'node:zlib';
import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, test } from '@jest/globals';
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda';
import { silent } from '../test/memory.ts';
import { archiveTrail } from './archive-trail.ts';
import type { TrailRow } from './trail-table.ts';

const byDynamoDb = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };

const row = (change: Partial<TrailRow> = {}): TrailRow => ({
  owner: 'sparky#user-1',
  id: 'gen_a#000001',
  version: 1,
  type: 'JobRequested',
  at: '2026-11-20T10:00:00.000Z',
  actor: 'user-1',
  data: { tool: 'photo-filter', quote: 4, deadline: '2026-11-20T10:05:00.000Z' },
  expires: 1_800_000_000,
  ...change,
});

const removed = (item: object, SequenceNumber: string, userIdentity?: object): DynamoDBRecord => {
  const image: Record<string, SdkValue> = marshall(item);
  return {
    eventName: 'REMOVE',
    dynamodb: { SequenceNumber, OldImage: image as Record<string, AttributeValue> },
    ...(userIdentity ? { userIdentity } : {}),
  };
};
const expired = (item: object, sequenceNumber: string) => removed(item, sequenceNumber, byDynamoDb);

const world = () => {
  const objects = new Map<string, string>();
  const refused = new Set<string>();
  const put = async (key: string, bytes: Uint8Array) => {
    for (const prefix of refused) if (key.startsWith(prefix)) throw new Error('away');
    objects.set(key, gunzipSync(bytes).toString());
  };
  const lines = () =>
    [...objects.values()].flatMap((text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    );
  return { objects, refused, lines, archive: archiveTrail({ put, logger: silent }) };
};

test('an object for each app and day; the same batch again is the same object again', async () => {
  const { objects, lines, archive } = world();
  const Records = [
    expired(row(), '1'),
    expired(row({ id: 'gen_a#000002', version: 2, type: 'JobCancelled', data: {} }), '2'),
    expired(row({ at: '2026-11-21T00:00:00.000Z' }), '3'),
    expired(row({ owner: 'baby-music#user-1' }), '4'),
  ];
  expect(await archive({ Records })).toEqual({ batchItemFailures: [] });
  const first = new Map(objects);
  expect([...first.keys()].toSorted()).toEqual([
    expect.stringMatching(/^trail\/baby-music\/2026\/11\/20\/[0-9a-f]{64}\.ndjson\.gz$/),
    expect.stringMatching(/^trail\/sparky\/2026\/11\/20\/[0-9a-f]{64}\.ndjson\.gz$/),
    expect.stringMatching(/^trail\/sparky\/2026\/11\/21\/[0-9a-f]{64}\.ndjson\.gz$/),
  ]);
  expect(lines()).toContainEqual({
    app: 'sparky',
    user: 'user-1',
    job: 'gen_a',
    version: 1,
    type: 'JobRequested',
    at: '2026-11-20T10:00:00.000Z',
    actor: 'user-1',
    data: { tool: 'photo-filter', quote: 4, deadline: '2026-11-20T10:05:00.000Z' },
  });
  await archive({ Records });
  expect(objects).toEqual(first);
});

test("nobody's words are archived: no titles, no messages, nothing that is not known to be without", async () => {
  const { objects, archive } = world();
  const secret = 'what Grandma said';
  await archive({
    Records: [
      expired(row({ type: 'JobRenamed', data: { title: secret } }), '1'),
      expired(row({ type: 'JobFailed', data: { reason: 'blocked', message: secret } }), '2'),
      expired(row({ type: 'JobNew', data: { remark: secret } }), '3'),
    ],
  });
  const [text = ''] = objects.values();
  expect(text.split('\n').filter(Boolean)).toHaveLength(3);
  expect(text).toContain('"reason":"blocked"');
  expect(text).not.toContain(secret);
});

test('what DynamoDB did not expire itself is not archived: a user who left takes it along', async () => {
  const { objects, archive } = world();
  const operator = { type: 'Service', principalId: 'somebody.else' };
  await archive({ Records: [removed(row(), '1'), removed(row(), '2', operator)] });
  await archive({ Records: [{ ...expired(row(), '3'), eventName: 'MODIFY' }] });
  expect(objects.size).toBe(0);
});

test('an object that cannot be written brings the whole batch again, with the same names', async () => {
  const { objects, refused, archive } = world();
  const Records = [removed(row(), '1'), expired(row(), '2'), expired(row({ owner: 'baby-music#user-1' }), '3')];
  refused.add('trail/baby-music');
  expect(await archive({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  expect(objects.size).toBe(1);
  refused.clear();
  expect(await archive({ Records: Records.slice(1) })).toEqual({ batchItemFailures: [] });
  expect([...objects.keys()].map((key) => key.split('/')[1])).toEqual(['sparky', 'baby-music']);
});

test('a row that cannot be read is told of by itself: what lies before it is archived', async () => {
  const { lines, archive } = world();
  const Records = [expired(row(), '1'), expired({ owner: 'sparky#user-1' }, '2'), expired(row(), '3')];
  expect(await archive({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  expect(lines()).toHaveLength(1);
});
