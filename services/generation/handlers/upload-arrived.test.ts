import { expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import type { UploadType } from '../contracts.ts';
import { parseUploadKey, uploadKey } from '../storage/uploads.ts';
import { half, jpeg, png } from '../test/images.ts';
import { memoryAssets, memoryUploads, owner, silent } from '../test/memory.ts';
import { type ObjectCreated, objectCreated, uploadArrived } from './upload-arrived.ts';

const created = (key: string): ObjectCreated => ({
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'uploads' }, object: { key } },
});

const world = async (contentType: UploadType = 'image/jpeg') => {
  const assets = memoryAssets();
  const uploads = memoryUploads();
  const id = newId('ast');
  const key = uploadKey(owner, id);
  await assets.create(owner, { id, contentType, bytes: 100, createdAt: '2026-11-20T10:00:00.000Z' });
  return { assets, uploads, id, key, arrived: uploadArrived({ assets, uploads, logger: silent }) };
};

test('a good file makes its asset ready', async () => {
  const { assets, uploads, id, key, arrived } = await world();
  const file = await jpeg();
  uploads.arrive(key, file);
  await arrived(created(key));
  await arrived(created(key));
  expect(await assets.get(owner, id)).toMatchObject({ status: 'ready', bytes: file.length, width: 320, height: 240 });
  expect(uploads.files.has(key)).toBe(true);
});

test.each([
  ['a text', async () => Buffer.from('hello')],
  ['half a JPEG', async () => half(await jpeg())],
  ['a PNG', png],
  ['a file of 12 MB', async () => Buffer.alloc(12 * 1024 * 1024)],
] as const)('%s in place of a JPEG is rejected and removed', async (_, make) => {
  const { assets, uploads, id, key, arrived } = await world();
  uploads.arrive(key, await make());
  await arrived(created(key));
  await arrived(created(key));
  expect(await assets.get(owner, id)).toMatchObject({ status: 'rejected', reason: expect.any(String) });
  expect(uploads.files.has(key)).toBe(false);
});

test('a second file through the same form is judged anew', async () => {
  const { assets, uploads, id, key, arrived } = await world();
  uploads.arrive(key, await jpeg());
  await arrived(created(key));
  uploads.arrive(key, Buffer.from('hello'));
  await arrived(created(key));
  expect(await assets.get(owner, id)).toMatchObject({ status: 'rejected' });
  expect(uploads.files.has(key)).toBe(false);
});

test('a file whose asset was removed meanwhile is removed too', async () => {
  const { assets, uploads, id, key, arrived } = await world();
  uploads.arrive(key, await jpeg());
  await assets.remove(owner, id);
  await arrived(created(key));
  expect(uploads.files.has(key)).toBe(false);
});

test('an event about a file that is gone changes nothing', async () => {
  const { assets, id, key, arrived } = await world();
  await arrived(created(key));
  expect(await assets.get(owner, id)).toMatchObject({ status: 'awaiting_upload' });
});

test('an event as S3 sends it is understood', () => {
  const event = {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '111122223333',
    time: '2021-11-12T00:00:00Z',
    region: 'ca-central-1',
    resources: ['arn:aws:s3:::amzn-s3-demo-bucket1'],
    detail: {
      version: '0',
      bucket: { name: 'amzn-s3-demo-bucket1' },
      object: {
        key: 'uploads/a/b/c',
        size: 5,
        etag: 'b1946ac92492d2347c6235b4d2611184',
        sequencer: '00617F08299329D189',
      },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: '123456789012',
      'source-ip-address': '1.2.3.4',
      reason: 'PostObject',
    },
  };
  expect(objectCreated.parse(event).detail.object.key).toBe('uploads/a/b/c');
});

test('only keys that the service itself makes are uploads', () => {
  const id = newId('ast');
  const clerk = { app: 'sparky', user: 'auth0|7' };
  expect(parseUploadKey(uploadKey(clerk, id))).toEqual({ owner: clerk, id });
  for (const key of ['uploads/sparky/u', `other/sparky/u/${id}`, `uploads/sparky/u/${id}/x`, 'uploads/sparky/u/ast_1'])
    expect(parseUploadKey(key)).toBeUndefined();
});
