import { describe, expect, test } from '@jest/globals';
import { inWords, on, world } from '../test/job-world.ts';
import { failing, finished, scripted, setUp } from '../test/providers.ts';

const startedOn = (events: readonly object[]) =>
  events.flatMap((event) => ('claim' in event && 'model' in event && 'provider' in event ? [event] : []));
const onGemini = inWords(on(['gemini', 'gemini-2.5-flash-image']));

describe('SP16 an app that is tried out', () => {
  test('runs on the sandbox, whatever provider its tools name', async () => {
    const here = await world(['sandbox-1'], onGemini, { sandboxApps: ['sparky'] });
    expect(await here.run()).toEqual({ status: 'done' });
    expect(await here.job()).toMatchObject({ status: 'completed', provider: 'sandbox', model: 'sandbox-1' });
  });

  test('but on the provider once it is set up, and the sandbox stands in for none of its failures', async () => {
    const gemini = scripted('gemini', { starts: [failing('fatal')] });
    const sandbox = scripted('sandbox', { starts: [finished()] });
    const here = await world(['sandbox-1'], onGemini, {
      sandboxApps: ['sparky'],
      providersOf: setUp(gemini.provider, sandbox.provider),
    });
    await here.run();
    expect(await here.job()).toMatchObject({ status: 'failed', message: 'It is fatal.' });
    expect(sandbox.started).toEqual([]);
  });

  test('else a provider that is not set up does nothing, and no other stands in for it', async () => {
    const here = await world(['sandbox-1'], onGemini, { sandboxApps: ['nano-banana'] });
    await here.run();
    expect(await here.types()).toEqual(['JobRequested', 'JobStarted', 'JobFailed']);
    expect(await here.job()).toMatchObject({ status: 'failed', message: 'The provider is not set up.' });
    expect(here.outputs.files.size).toBe(0);
  });

  test('a tool of the sandbox’s own keeps the models that it names', async () => {
    const here = await world(['sandbox-missing', 'sandbox-1'], inWords(), { sandboxApps: ['sparky'] });
    await here.run();
    expect(startedOn(await here.events())).toMatchObject([{ model: 'sandbox-missing' }, { model: 'sandbox-1' }]);
  });
});
