import { beforeEach, describe, expect, test } from '@jest/globals';
import { apiWorld } from '../../test/api-world.ts';
import { at, songsIn } from '../../test/songs.ts';

let here = apiWorld();
let songs = songsIn(here);
beforeEach(() => {
  here = apiWorld();
  songs = songsIn(here);
});

describe('BM3 GET /v1/admin/generations/failures', () => {
  const failures = (query: Record<string, string> = {}, app = 'sparky') =>
    here.call({
      path: '/v1/admin/generations/failures',
      query,
      verdict: { verdict: 'admin', app, key: 'key-0123456789ab' },
    });

  test('tells the app’s admins what failed, for whom, and what was asked for', async () => {
    const ids = [await songs.create({ theme: 'sea' }), await songs.create({ theme: 'rain' })];
    await songs.fail(ids[0] ?? '');
    await songs.fail(ids[1] ?? '', 'blocked');
    const { status, body } = await failures({ reason: 'failed' });
    expect([status, body]).toEqual([
      200,
      {
        data: [
          {
            generation_id: ids[0],
            tool: 'song',
            reason: 'failed',
            message: 'The provider was busy.',
            cause: null,
            provider: 'sandbox',
            model: 'sandbox-1',
            attempts: 1,
            params: { theme: 'sea' },
            user_id: 'user-1',
            at,
          },
        ],
        next_cursor: null,
      },
    ]);
    expect((await failures({ from: '2026-11-20T10:00:00Z', to: '2026-11-20T10:00:01Z' })).body.data).toHaveLength(2);
    expect((await failures({ to: '2026-11-20T10:00:00Z' })).body.data).toEqual([]);
    const page = await failures({ limit: '1' });
    expect((await failures({ limit: '1', cursor: page.body.next_cursor })).body.data).toHaveLength(1);
  });

  test('I8 is of one app, and of no user', async () => {
    await songs.fail(await songs.create());
    expect((await failures({}, 'product-studio')).body.data).toEqual([]);
    expect((await here.at('/v1/admin/generations/failures')).status).toBe(403);
    expect((await failures({ from: 'yesterday' })).status).toBe(400);
  });
});
