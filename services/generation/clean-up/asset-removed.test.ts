import { expect, test } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import { newId } from '#shared/ids.ts';
import { ownerKey } from '#shared/owner.ts';
import { uploadKey } from '../storage/uploads.ts';
import { memoryUploads, owner, silent } from '../test/memory.ts';
import { assetRemoved } from './asset-removed.ts';

const record = (id: string, eventName: DynamoDBRecord['eventName'], SequenceNumber: string): DynamoDBRecord => ({
  ...(eventName ? { eventName } : {}),
  dynamodb: { SequenceNumber, Keys: { owner: { S: ownerKey(owner) }, id: { S: id } } },
});

const world = () => {
  const uploads = memoryUploads();
  const ids = Array.from({ length: 3 }, () => newId('ast'));
  for (const id of ids) uploads.arrive(uploadKey(owner, id), Buffer.from('x'));
  const left = () => ids.map((id) => uploads.files.has(uploadKey(owner, id)));
  return { uploads, ids: ids as [string, string, string], left };
};

test('the file of a row that went is removed, others stay; told twice, nothing more happens', async () => {
  const { uploads, ids, left } = world();
  const event = {
    Records: [record(ids[0], 'REMOVE', '1'), record(ids[1], 'MODIFY', '2'), record(ids[2], 'INSERT', '3')],
  };
  const handler = assetRemoved({ uploads, logger: silent });
  expect(await handler(event)).toEqual({ batchItemFailures: [] });
  expect(await handler(event)).toEqual({ batchItemFailures: [] });
  expect(left()).toEqual([false, true, true]);
});

test('the stream goes on at the first file that could not be removed, and keys that are none do not stop the others', async () => {
  const { uploads, ids, left } = world();
  const remove = async (key: string) => {
    if (key.endsWith(ids[1])) throw new Error('away');
    await uploads.remove(key);
  };
  const handler = assetRemoved({ uploads: { remove }, logger: silent });
  const event = {
    Records: [
      record(ids[0], 'REMOVE', '1'),
      record(ids[1], 'REMOVE', '2'),
      record('nothing', 'REMOVE', '3'),
      record(ids[2], 'REMOVE', '4'),
    ],
  };
  expect(await handler(event)).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  expect(left()).toEqual([false, true, false]);
});
