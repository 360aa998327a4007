import { describe, expect, test } from '@jest/globals';
import type { ProviderRequest } from '../provider.ts';
import { aPicture, aRequest } from '../testing/cases.ts';
import { taskOf } from './task.ts';

const sung: Partial<ProviderRequest> = {
  tool: { id: 'song-generation', type: 'GENERATION', output: 'audio' },
  params: { title: 'Bath', lyrics: 'Splish', mood: 'calm', preset_type: 'bath-time' },
  worded: { title: 'Bath', lyrics: 'Splish', mood: 'calm and soothing', preset_type: 'a song for bath time' },
  instruction: 'Sing of a bath.',
};

describe('what a task is asked for (BM6, PP16)', () => {
  test.each<[string, string, Partial<ProviderRequest>, object]>([
    [
      'lyrics left to the model',
      'music-u',
      { worded: { prompt: 'a bath' }, instruction: 'Sing of a bath.' },
      { task_type: 'generate_music', input: { lyrics_type: 'generate', gpt_description_prompt: 'Sing of a bath.' } },
    ],
    [
      'lyrics without a style',
      'music-u',
      { worded: { lyrics: 'Splish' }, params: {} },
      { input: { lyrics_type: 'user', lyrics: 'Splish', gpt_description_prompt: 'Draw a red kite.' } },
    ],
    [
      'what the definition says on top',
      'music-u',
      { ...sung, input: { negative_tags: 'metal', title: 'Tub' } },
      { input: expect.objectContaining({ negative_tags: 'metal', title: 'Tub', lyrics: 'Splish' }) },
    ],
    [
      'the second model',
      'Qubico/ace-step',
      sung,
      {
        model: 'Qubico/ace-step',
        task_type: 'txt2audio',
        input: { lyrics: 'Splish', style_prompt: 'calm and soothing, a song for bath time' },
      },
    ],
    ['the second model, unsung', 'Qubico/ace-step', {}, { input: { lyrics: '[inst]', style_prompt: 'a red kite' } }],
    [
      'any other model with its task type',
      'Qubico/flux1-dev:img2img',
      { inputs: [aPicture('a')] },
      {
        model: 'Qubico/flux1-dev',
        task_type: 'img2img',
        input: { prompt: 'Draw a red kite.', image_url: 'https://files.example/a.png' },
      },
    ],
  ])('piapi: asked for %s', (_, named, over, body) => {
    expect(taskOf(aRequest(named, over))).toMatchObject(body);
  });

  test.each(['Qubico/flux1-dev', 'toString'])('piapi: %s without a task type → next-model', (named) => {
    expect(() => taskOf(aRequest(named))).toThrow(expect.objectContaining({ kind: 'next-model' }));
  });
});
