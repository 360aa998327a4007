import { describe, expect, test } from '@jest/globals';
import { finished, inlineImage, objectFile, textFile, usageOf } from './answer-parts.ts';
import { maxInlineBytes, maxOutputs } from './provider.ts';
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
    expect(() => textFile('text', ' '.repeat(maxInlineBytes).concat('x'))).toThrow(
      "The provider's answer cannot be used.",
    );
  });

  test('a picture has the type that its bytes show', async () => {
    expect(await inlineImage(pixel.toString('base64'))).toMatchObject({ kind: 'image', contentType: 'image/png' });
  });

  test('bytes that are no picture, and letters that are no base64, are malformed answers', async () => {
    for (const data of ['', '%%%%', Buffer.from('{"a":1}').toString('base64'), `${pixel.toString('base64')}%%%%`])
      await expect(inlineImage(data)).rejects.toMatchObject({ kind: 'next-model' });
  });

  test('a blank text is a malformed answer, and so is JSON that is none or no object where one was asked for', () => {
    for (const blank of ['', ' \n'])
      for (const kind of ['text', 'json'] as const)
        expect(() => textFile(kind, blank)).toThrow(expect.objectContaining({ kind: 'next-model' }));
    expect(() => textFile('json', '```json\n{}\n```')).toThrow(expect.objectContaining({ kind: 'next-model' }));
    expect(() => objectFile('[1]')).toThrow(expect.objectContaining({ kind: 'next-model' }));
    expect(Buffer.from(textFile('json', ' [1]').bytes).toString()).toBe('[1]');
  });

  test('of more files than a job has outputs the first are taken, of none nothing', () => {
    const files = Array.from({ length: maxOutputs + 1 }, () => textFile('text', 'a'));
    expect(finished(files).files).toEqual(files.slice(0, maxOutputs));
    expect(() => finished([])).toThrow(expect.objectContaining({ kind: 'next-model' }));
  });

  test('JSON is written anew', () => {
    expect(Buffer.from(objectFile('\n{ "é": [1, null] } ').bytes).toString('utf8')).toBe('{"é":[1,null]}');
  });
});

test('usage holds only what was told', () => {
  expect(usageOf({ inputTokens: 0, outputTokens: undefined, model: undefined })).toEqual({ inputTokens: 0 });
  expect(Object.keys(usageOf({ inputTokens: undefined, outputTokens: undefined, model: undefined }))).toEqual([]);
});
