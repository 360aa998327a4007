import { expect, test } from '@jest/globals';
import type { UploadType } from '../contracts.ts';
import { animatedGif, gif, half, hugePng, jpeg, png, turnedJpeg, webp } from '../test/images.ts';
import { checkUpload } from './check-upload.ts';

const good: [name: string, file: () => Promise<Buffer>, type: UploadType, width: number, height: number][] = [
  ['a JPEG', jpeg, 'image/jpeg', 320, 240],
  ['a PNG', png, 'image/png', 320, 240],
  ['a WebP', webp, 'image/webp', 320, 240],
  ['a GIF', gif, 'image/gif', 320, 240],
  ['an animated GIF, by the size of a frame,', animatedGif, 'image/gif', 40, 30],
  ['a JPEG turned by its tag, by the size it is seen in,', turnedJpeg, 'image/jpeg', 240, 320],
];
test.each(good)('%s is taken', async (_, make, type, width, height) => {
  const file = await make();
  expect(await checkUpload(file, type)).toEqual({
    status: 'good',
    bytes: file.length,
    width,
    height,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

const halfOf = (make: () => Promise<Buffer>) => async () => half(await make());
const allButTheEnd = async () => (await jpeg()).subarray(0, -200);
const damaged = async () => {
  const file = Buffer.from(await png());
  file.fill(0xff, 1_000, 1_400);
  return file;
};
const bad: [name: string, file: () => Promise<Buffer>, type: UploadType, reason: RegExp][] = [
  ['a text named .jpg', async () => Buffer.from('this is no picture at all'), 'image/jpeg', /of no known type/],
  [
    'a script in a page',
    async () => Buffer.from('<html><script>alert(1)</script></html>'),
    'image/png',
    /not image\/png/,
  ],
  ['a PNG declared as a JPEG', png, 'image/jpeg', /image\/png, not image\/jpeg/],
  ['half a JPEG', halfOf(jpeg), 'image/jpeg', /damaged/],
  ['a JPEG that lacks its end', allButTheEnd, 'image/jpeg', /damaged/],
  ['half a PNG', halfOf(png), 'image/png', /damaged/],
  ['half a WebP', halfOf(webp), 'image/webp', /damaged/],
  ['half a GIF', halfOf(gif), 'image/gif', /damaged/],
  ['a PNG with wrong bytes inside', damaged, 'image/png', /damaged/],
  ['a picture of 81 million pixels', hugePng, 'image/png', /pixels|damaged/],
  ['an empty file', async () => Buffer.alloc(0), 'image/png', /empty/],
  ['a file of 12 MB', async () => Buffer.alloc(12 * 1024 * 1024, 1), 'image/png', /larger than 10485760 bytes/],
];
test.each(bad)('%s is refused', async (_, make, type, reason) => {
  expect(await checkUpload(await make(), type)).toEqual({ status: 'bad', reason: expect.stringMatching(reason) });
});
