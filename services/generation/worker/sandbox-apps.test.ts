import { describe, expect, test } from '@jest/globals';
import { claim, message, never, stream, type World, world } from '../test/job-world.ts';

const eventsOf = async ({ store }: World) => (await store.read(stream, { limit: 100 })).map(({ event }) => event);

describe('SP16 an app that is tried out', () => {
  const gemini = { providers: [{ provider: 'gemini', models: ['gemini-2.5-flash-image'] }] };

  test('runs on the sandbox, whatever provider its tools name', async () => {
    const here = await world(['sandbox-1'], gemini, { sandboxApps: ['sparky'] });
    expect(await here.run(message, claim(), never)).toEqual({ status: 'done' });
    expect((await here.job())?.status).toBe('completed');
    expect(await eventsOf(here)).toContainEqual(
      expect.objectContaining({ type: 'JobStarted', provider: 'sandbox', model: 'sandbox-1' }),
    );
  });

  test('else a provider that is not set up does nothing, and no other stands in for it', async () => {
    const here = await world(['sandbox-1'], gemini, { sandboxApps: ['nano-banana'] });
    await here.run(message, claim(), never);
    const events = await eventsOf(here);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'AttemptFailed', provider: 'gemini', message: 'The provider is not set up.' }),
    );
    expect(events.map(({ type }) => type)).not.toContain('JobSucceeded');
    expect(here.outputs.files.size).toBe(0);
  });

  test('a tool of the sandbox’s own keeps the models that it names', async () => {
    const here = await world(['sandbox-missing', 'sandbox-1'], {}, { sandboxApps: ['sparky'] });
    await here.run(message, claim(), never);
    const models = (await eventsOf(here)).flatMap((event) => (event.type === 'JobStarted' ? [event.model] : []));
    expect(models).toEqual(['sandbox-missing', 'sandbox-1']);
  });
});
