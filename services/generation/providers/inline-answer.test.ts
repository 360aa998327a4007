import { describe, expect, test } from '@jest/globals';
import { inlineImage, inlineJson, inlineText, usageOf } from './inline-answer.ts';
import { maxInlineBytes } from './provider.ts';
import { pixel } from './testing/one-call.ts';

describe('files inside an answer', () => {
  const largest = () => Buffer.concat([pixel, Buffer.alloc(maxInlineBytes - pixel.length)]);

  test('a picture of 16 MB is taken, one byte more is a malformed answer', async () => {
    const bytes = largest();
    expect((await inlineImage(bytes.toString('base64'))).bytes).toHaveLength(maxInlineBytes);
    const larger = Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64');
    await expect(inlineImage(larger)).rejects.toMatchObject({ kind: 'next-model' });
  });

  test('a text over 16 MB is a malformed answer', () => {
    expect(() => inlineText(' '.repeat(maxInlineBytes).concat('x'))).toThrow("The provider's answer cannot be used.");
  });

  test('a picture has the type that its bytes show', async () => {
    expect(await inlineImage(pixel.toString('base64'))).toMatchObject({ kind: 'image', contentType: 'image/png' });
  });

  test('bytes that are no picture, and letters that are no base64, are malformed answers', async () => {
    for (const data of ['', '%%%%', Buffer.from('{"a":1}').toString('base64'), `${pixel.toString('base64')}%%%%`])
      await expect(inlineImage(data)).rejects.toMatchObject({ kind: 'next-model' });
  });

  test('JSON is written anew', () => {
    expect(Buffer.from(inlineJson('\n{ "é": [1, null] } ').bytes).toString('utf8')).toBe('{"é":[1,null]}');
  });
});

test('usage holds only what was told', () => {
  expect(usageOf({ inputTokens: 0, outputTokens: undefined, model: undefined })).toEqual({ inputTokens: 0 });
  expect(Object.keys(usageOf({ inputTokens: undefined, outputTokens: undefined, model: undefined }))).toEqual([]);
});
