import { describe, expect, test } from '@jest/globals';
import { offerOf } from './contracts.ts';
import type { CurrentOffers, OfferVersion } from './current-offers.ts';
import { servedOffers } from './served-offers.ts';
import { fileOf, keptLog } from './test/offers.ts';

const file = fileOf('sparky');

/** A table that tells of one version after another, or of nothing. */
const servedFrom = (versions: readonly (number | Error)[]) => {
  const told = [...versions];
  const current: CurrentOffers['current'] = async () => {
    const next = told.shift();
    if (next === undefined || next instanceof Error) throw next ?? new Error('asked too often');
    return { version: next, offer: offerOf(file) } as OfferVersion;
  };
  const { lines, logger } = keptLog();
  const served = servedOffers({ offers: { current }, definitions: [file], logger, now: () => 0 });
  return { served, lines, version: async () => (await served.read('sparky'))?.version };
};

describe('SP15 after a change in this process', () => {
  test('what the table has now is served, however young the last look is', async () => {
    const { served, version } = servedFrom([1, 2]);
    expect(await version()).toBe(1);
    await served.renew('sparky');
    expect(await version()).toBe(2);
  });
  test('a table that does not answer takes nothing away: what was read last is served', async () => {
    const { served, version, lines } = servedFrom([1, new Error('gone')]);
    expect(await version()).toBe(1);
    await served.renew('sparky');
    expect(await version()).toBe(1);
    expect(lines).toEqual([{ level: 'error', message: 'offer not read' }]);
  });
  test('an app without a file is not looked for', async () => {
    const { served } = servedFrom([]);
    await served.renew('constructor');
    expect(await served.read('constructor')).toBeUndefined();
  });
});
