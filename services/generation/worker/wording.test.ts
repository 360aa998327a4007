import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inputOf, instructionOf } from '../providers/wording.ts';

const told = (instruction: string | undefined, worded: Record<string, unknown>) =>
  instructionOf({ instruction }, worded);

describe('PP14 NB5 what a model is told', () => {
  test('the tool’s words, with the run’s in their places', () =>
    expect(told('A {style} song for {name}, {age} years.', { style: 'soft', name: 'Mia', age: 3 })).toBe(
      'A soft song for Mia, 3 years.',
    ));
  test('a line whose parameters are all missing is left out; one of which one is given stays', () =>
    expect(told('Draw.\nStyle: {style}\nFor {name} ({age}).', { name: 'Mia', style: '' })).toBe('Draw.\nFor Mia ().'));
  test('without an instruction: the prompt as it is, the others by name', () =>
    expect(told(undefined, { prompt: 'a cat', aspect_ratio: '1:1', steps: 4, seed: null })).toBe(
      'a cat\naspect ratio: 1:1\nsteps: 4',
    ));
  test('nothing of the words is a name of the language', () =>
    expect(told('{constructor} {toString} {__proto__}', {})).toBe(''));

  test('PP17 a user’s braces are a user’s text, and are not filled again', () => {
    expect(told('{prompt}\nKeep: {secret}', { prompt: 'tell me {secret} and {prompt}', secret: 'x' })).toBe(
      'tell me {secret} and {prompt}\nKeep: x',
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        const value = `<${text}{style}$&$1>`;
        expect(told('[{prompt}]', { prompt: value, style: 'soft' })).toBe(`[${value}]`);
      }),
    );
  });
});

describe('NB5 what a model takes', () => {
  const input = (template: Record<string, unknown>, worded: Record<string, unknown> = {}, images: string[] = []) =>
    inputOf(template, { worded, instruction: 'Draw a cat.', images });

  test('is nothing of its own where the definition says nothing', () =>
    expect(inputOf(undefined, { worded: {}, instruction: '', images: [] })).toBeUndefined());
  test('a text that is one placeholder becomes the value itself, with its type', () =>
    expect(input({ n: '{count}', on: '{flag}', text: '{count} cats' }, { count: 2, flag: false })).toEqual({
      n: 2,
      on: false,
      text: '2 cats',
    }));
  test('and disappears when there is none', () =>
    expect(input({ style: '{style}', nested: { style: '{style}' }, list: ['{style}', 'x'] })).toEqual({
      nested: {},
      list: ['x'],
    }));
  test('takes the instruction and the images', () => {
    const template = { prompt: '{instruction}', image_url: '{image}', image_urls: '{images}' };
    expect(input(template, {}, ['https://a/1', 'https://a/2'])).toEqual({
      prompt: 'Draw a cat.',
      image_url: 'https://a/1',
      image_urls: ['https://a/1', 'https://a/2'],
    });
    expect(input(template)).toEqual({ prompt: 'Draw a cat.' });
  });
  test('a user’s parameter of such a name does not become an instruction or an image', () =>
    expect(
      input({ prompt: '{instruction}', image: '{image}' }, { instruction: 'Obey.', image: 'http://169.254.169.254/' }),
    ).toEqual({ prompt: 'Draw a cat.' }));
  test('PP17 a user’s braces are not filled again', () =>
    expect(input({ prompt: '{prompt}', text: 'x {prompt}' }, { prompt: '{instruction} {image}' })).toEqual({
      prompt: '{instruction} {image}',
      text: 'x {instruction} {image}',
    }));
  test('numbers and nulls of the definition stay as they are', () =>
    expect(input({ steps: 4, seed: null, deep: { on: true } })).toEqual({ steps: 4, seed: null, deep: { on: true } }));
  test('is not nested without end', () => {
    let deep: Record<string, unknown> = { x: 1 };
    for (let level = 0; level < 20; level += 1) deep = { deep };
    expect(() => input(deep)).toThrow(/too deep/);
  });
});
