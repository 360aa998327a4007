import { describe, expect, test } from '@jest/globals';
import { SourceUnavailable } from '#shared/last-good.ts';
import { adminKeyHashes, isAdminKey, maxKeysPerApp, mintAdminKey, mintOperatorKey, readAdminKey } from './admin-key.ts';
import { keyJudge } from './judge-key.ts';

const refused = { verdict: 'refused', reason: 'admin-key-untrusted' };

/** A judge over a secret that the test writes, and a clock that it moves. */
const setup = (...apps: readonly string[]) => {
  const keys = apps.map((app) => ({ app, ...mintAdminKey(app) }));
  const state = { secret: '', reads: 0, now: 1_000_000 };
  const write = (kept: readonly { app: string; hash: string }[]) => {
    const byApp = Map.groupBy(kept, ({ app }) => app);
    state.secret = JSON.stringify(Object.fromEntries([...byApp].map(([app, of]) => [app, of.map(({ hash }) => hash)])));
  };
  write(keys);
  const judge = keyJudge({
    readHashes: async () => {
      state.reads += 1;
      return state.secret;
    },
    now: () => state.now,
  });
  return { keys, state, write, judge };
};

describe('FS9 an admin key', () => {
  test('names its app, and is 256 random bits', () => {
    const [one, other] = [mintAdminKey('product-studio'), mintAdminKey('product-studio')];
    expect(one.key).toMatch(/^adm_product-studio_[A-Za-z0-9_-]{43}$/);
    expect(one.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(one.id).toBe(`key-${one.hash.slice(0, 12)}`);
    expect(one.key).not.toBe(other.key);
    expect(() => mintAdminKey('No App')).toThrow();
  });
  test('is good for its own app', async () => {
    const { keys, judge } = setup('sparky', 'product-studio');
    for (const { app, key, id } of keys) expect(await judge(key)).toEqual({ verdict: 'admin', app, key: id });
  });
  test("another app's name on it makes it another key, which nobody has", async () => {
    const { keys, judge } = setup('sparky', 'product-studio');
    expect(await judge((keys[0]?.key ?? '').replace('sparky', 'product-studio'))).toEqual(refused);
  });
  test('listed under another app it is good for neither', async () => {
    const { keys, write, judge } = setup('sparky');
    write(keys.map((key) => ({ ...key, app: 'product-studio' })));
    expect(await judge(keys[0]?.key ?? '')).toEqual(refused);
  });
  test.each([
    '',
    'adm_sparky_',
    `adm_sparky_${'x'.repeat(43)}`,
    `adm_sparky_${'x'.repeat(10_000)}`,
    'adm_command_x',
    'Bearer x',
  ])('is not "%.30s"', async (header) => {
    expect(await setup('sparky').judge(header)).toEqual(refused);
  });
  test.each(['toString', '__proto__', 'constructor'])('"%s" is no app that has keys', async (app) => {
    const { judge } = setup('sparky');
    expect(await judge(`adm_${app}_${'x'.repeat(43)}`)).toEqual(refused);
  });
});

describe('FS9 an operator key', () => {
  const judgeOver = (secret: object) => keyJudge({ readHashes: async () => JSON.stringify(secret) });
  const operator = mintOperatorKey();

  test('names no app, and is good where it is listed under *', async () => {
    expect(operator.key).toMatch(/^opr_[A-Za-z0-9_-]{43}$/);
    expect(await judgeOver({ '*': [operator.hash] })(operator.key)).toEqual({ verdict: 'operator', key: operator.id });
  });
  test("I8 listed under an app it is good for nothing, as an app's key is under *", async () => {
    const admin = mintAdminKey('sparky');
    const judge = judgeOver({ sparky: [operator.hash], '*': [admin.hash] });
    expect([await judge(operator.key), await judge(admin.key)]).toEqual([refused, refused]);
  });
  test.each(['opr_', `opr_${'x'.repeat(43)}`, `adm_*_${'x'.repeat(43)}`])('is not "%.20s"', async (header) => {
    expect(await judgeOver({ '*': [operator.hash] })(header)).toEqual(refused);
  });
});

describe('rotation', () => {
  test('old and new key are both good while both are listed; the new one within ten seconds', async () => {
    const { keys, state, write, judge } = setup('sparky');
    const old = keys[0];
    if (!old) throw new Error('no key');
    expect(await judge(old.key)).toMatchObject({ verdict: 'admin', key: old.id });
    const next = { app: 'sparky', ...mintAdminKey('sparky') };
    write([old, next]);
    state.now += 10_000;
    expect(await judge(next.key)).toMatchObject({ verdict: 'admin', key: next.id });
    expect(await judge(old.key)).toMatchObject({ verdict: 'admin', key: old.id });
  });
  test('a key that was taken out is refused a minute later, also when the secret cannot be read', async () => {
    const { keys, state, write, judge } = setup('sparky');
    const key = keys[0]?.key ?? '';
    await judge(key);
    write([]);
    state.now += 60_000;
    expect(await judge(key)).toMatchObject({ verdict: 'admin' });
    state.now += 1;
    expect(await judge(key)).toEqual(refused);
    state.secret = 'not JSON';
    state.now += 60_001;
    await expect(judge(key)).rejects.toThrow(SourceUnavailable);
  });
});

describe('the secret', () => {
  test('is read once a minute for good keys, and once in ten seconds for invented ones', async () => {
    const { keys, state, judge } = setup('sparky');
    const invented = `adm_sparky_${'x'.repeat(43)}`;
    for (let request = 0; request < 20; request += 1) await judge(keys[0]?.key ?? '');
    expect(state.reads).toBe(1);
    for (let request = 0; request < 100; request += 1) {
      state.now += 500;
      await judge(invented);
    }
    expect(state.reads).toBeLessThanOrEqual(6);
  });
  test('begins empty, and then no key is good', async () => {
    const { state, judge } = setup();
    state.secret = '{}';
    expect(await judge(mintAdminKey('sparky').key)).toEqual(refused);
  });
  test.each([
    ['[]'],
    ['{"sparky":"abc"}'],
    ['{"sparky":["not a hash"]}'],
    ['{"No App":[]}'],
    [JSON.stringify({ sparky: Array.from({ length: maxKeysPerApp + 1 }, () => '0'.repeat(64)) })],
  ])('of another shape lets nobody in: %.40s', async (secret) => {
    const { keys, state, judge } = setup('sparky');
    state.secret = secret;
    await expect(judge(keys[0]?.key ?? '')).rejects.toThrow(SourceUnavailable);
  });
});

test('every hash of the app is compared, wherever the good one stands', () => {
  const keys = Array.from({ length: maxKeysPerApp }, () => mintAdminKey('sparky'));
  const hashes = adminKeyHashes.parse({ sparky: keys.map(({ hash }) => hash) });
  for (const { key } of keys) {
    const claimed = readAdminKey(key);
    expect(claimed && isAdminKey(hashes, claimed)).toBe(true);
  }
});
