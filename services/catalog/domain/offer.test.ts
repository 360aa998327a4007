import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '#shared/eventsourcing/decider.ts';
import { given } from '#shared/testing/given.ts';
import { maxOfferBytes, type NewOffer, type OfferEvent, offer, offerEvent, seedFate } from './offer.ts';

const at = '2026-11-05T10:00:00.000Z';
const digest = (name: string) => name.padEnd(43, '-');
const factsOf = (name: string) => ({
  offer: JSON.stringify({ name }),
  digest: digest(name),
  changed: ['name'],
  truncated: false,
});
const newOffer = (name: string, expectedVersion: number): NewOffer => ({ at, ...factsOf(name), expectedVersion });
const seed = (name: string, expectedVersion: number) =>
  ({ type: 'SeedOffer', ...newOffer(name, expectedVersion) }) as const;
const change = (name: string, expectedVersion: number) =>
  ({ type: 'ChangeOffer', ...newOffer(name, expectedVersion) }) as const;
const seeded = (name: string): OfferEvent => ({ type: 'OfferSeeded', ...factsOf(name) });
const changed = (name: string): OfferEvent => ({ type: 'OfferChanged', ...factsOf(name) });
/** The file `name`, while `kept` stays. */
const setAside = (name: string, kept: string): OfferEvent => ({
  type: 'SeedSetAside',
  ...factsOf(kept),
  changed: [],
  seed: digest(name),
});
const putAside = (name: string, kept: string, expectedVersion: number) =>
  ({ type: 'SetSeedAside', ...newOffer(kept, expectedVersion), changed: [], seed: digest(name) }) as const;
const publish = (name: string, expectedVersion: number) =>
  ({ ...change(name, expectedVersion), publishes: true }) as const;
const published = (name: string): OfferEvent => ({ type: 'OfferChanged', ...factsOf(name), publishes: true });
const fateOf = (events: readonly OfferEvent[], name: string) => {
  const state = fold(offer, events);
  return state.status === 'published' ? seedFate(state, digest(name)) : undefined;
};

describe('SP15 seeding', () => {
  test('the first look applies the file', () =>
    given(offer, [])
      .when(seed('a', 0))
      .then([seeded('a')]));
  test('the second look finds it applied', () =>
    given(offer, [seeded('a')])
      .when(seed('a', 1))
      .then([]));
  test('a new file is applied', () =>
    given(offer, [seeded('a')])
      .when(seed('b', 1))
      .then([seeded('b')]));
  test('a deployment on its way out does not put its file back, however often it looks', () => {
    given(offer, [seeded('a'), seeded('b')])
      .when(seed('a', 2))
      .then([]);
    given(offer, [seeded('a'), seeded('b'), seeded('c')])
      .when(seed('b', 3))
      .then([]);
  });
  test('two deployments that look in turn agree after one version each', () => {
    const looks = fc.array(fc.constantFrom('old', 'new'), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(looks, (names) => {
        const events: OfferEvent[] = [];
        for (const name of names) {
          const decision = offer.decide(seed(name, events.length), fold(offer, events));
          if (decision.accepted) events.push(...decision.events);
        }
        expect(events).toHaveLength(new Set(names).size);
      }),
    );
  });
  test('an offer that somebody edited keeps what they did', () =>
    given(offer, [seeded('a'), changed('mine')])
      .when(seed('b', 2))
      .thenRejected('seed-set-aside'));
  test('a file that says what the edited offer says is no news', () =>
    given(offer, [seeded('a'), changed('b')])
      .when(seed('b', 2))
      .then([]));
  test('the file of before the edit is no news either', () =>
    given(offer, [seeded('a'), changed('b')])
      .when(seed('a', 2))
      .then([]));
  test('what was compared with an older version is looked at again', () =>
    given(offer, [seeded('a'), seeded('b')])
      .when(seed('c', 1))
      .thenRejected('version-stale'));
  test('fifty files are remembered', () => {
    const names = Array.from({ length: 51 }, (_, index) => `file-${index}`);
    const history = names.map(seeded);
    given(offer, history).when(seed('file-1', 51)).then([]);
    given(offer, history)
      .when(seed('file-0', 51))
      .then([seeded('file-0')]);
  });
});

describe('SP15 changing', () => {
  test('is done on the version that was looked at', () =>
    given(offer, [seeded('a')])
      .when(change('b', 1))
      .then([changed('b')]));
  test('two admins at once: the second is told', () =>
    given(offer, [seeded('a'), changed('b')])
      .when(change('c', 1))
      .thenRejected('version-stale'));
  test('what is there already needs nothing, whatever version it was meant for: a request sent twice is one change', () =>
    given(offer, [seeded('a'), changed('b')])
      .when(change('b', 1))
      .then([]));
  test('before anything was seeded there is nothing to change', () =>
    given(offer, []).when(change('a', 0)).thenRejected('offer-unseeded'));
  test('says why, and which version it goes back to', () =>
    given(offer, [seeded('a'), changed('b')])
      .when({ ...change('a', 2), reason: 'too dear', rolledBackTo: 1 })
      .then([{ ...changed('a'), reason: 'too dear', rolledBackTo: 1 } as OfferEvent]));
  test('after it the offer is in the hands of whoever changed it, also when it says what the file said', () =>
    given(offer, [seeded('a'), changed('b'), changed('a')])
      .when(seed('c', 3))
      .thenRejected('seed-set-aside'));
});

describe('SP15 files that come after an edit', () => {
  const edited = [seeded('a'), changed('mine')];
  test('are set aside once, whoever looks and however often; the offer stays', () => {
    given(offer, edited)
      .when(putAside('b', 'mine', 2))
      .then([setAside('b', 'mine')]);
    given(offer, [...edited, setAside('b', 'mine')])
      .when(putAside('b', 'mine', 2))
      .then([]);
    expect(fateOf([...edited, setAside('b', 'mine')], 'b')).toBe('set-aside');
    expect(fateOf([...edited, setAside('b', 'mine')], 'a')).toBeUndefined();
  });
  test('stay set aside through another edit', () => {
    const again = [...edited, setAside('b', 'mine'), changed('mine 2')];
    given(offer, again)
      .when(putAside('b', 'mine 2', 4))
      .then([]);
    expect(fateOf(again, 'b')).toBe('set-aside');
  });
  test('are not set aside where the offer was changed, or follows its file again, meanwhile', () => {
    given(offer, edited)
      .when(putAside('b', 'mine', 1))
      .thenRejected('version-stale');
    given(offer, [...edited, published('c')])
      .when(putAside('b', 'mine', 3))
      .thenRejected('version-stale');
    given(offer, [])
      .when(putAside('b', 'mine', 0))
      .thenRejected('offer-unseeded');
  });
  test('are applied again once a file was published', () =>
    given(offer, [...edited, published('b')])
      .when(seed('c', 3))
      .then([seeded('c')]));
  test.each(['a', 'b', 'mine'])('a publication is not undone by a deployment that still has %s', (old) => {
    const history = [...edited, setAside('b', 'mine'), published('c')];
    given(offer, history).when(seed(old, 4)).then([]);
    given(offer, [...history, seeded('d')])
      .when(seed(old, 5))
      .then([]);
    expect(fateOf(history, old)).toBe('superseded');
    expect(fateOf(history, 'c')).toBeUndefined();
  });
  test('publishing sent twice is one; one that says what is there is an event where the offer was edited', () => {
    given(offer, [...edited, published('b')])
      .when(publish('b', 2))
      .then([]);
    given(offer, [seeded('a')])
      .when(publish('a', 1))
      .then([]);
    given(offer, [...edited, changed('a')])
      .when(publish('a', 3))
      .then([published('a')]);
    given(offer, [...edited, changed('a')])
      .when(publish('a', 2))
      .thenRejected('version-stale');
  });
  test('an earlier file that is published is the newest one again', () => {
    const history = [seeded('a'), seeded('b'), published('a')];
    expect(fateOf(history, 'b')).toBe('superseded');
    expect(fateOf(history, 'a')).toBeUndefined();
    given(offer, history).when(seed('b', 3)).then([]);
  });
});

describe('an offer that would not fit an item', () => {
  const tooLarge = { offer: JSON.stringify('é'.repeat(maxOfferBytes / 2)) };
  test('is not seeded, and not changed to', () => {
    given(offer, [])
      .when({ ...seed('a', 0), ...tooLarge })
      .thenRejected('offer-too-large');
    given(offer, [seeded('a')])
      .when({ ...change('b', 1), ...tooLarge })
      .thenRejected('offer-too-large');
  });
  test('counted in bytes: one byte less is taken', () => {
    const fits = { offer: JSON.stringify('x'.repeat(maxOfferBytes - 2)) };
    expect(
      given(offer, [])
        .when({ ...seed('a', 0), ...fits })
        .state(),
    ).toMatchObject({ version: 1 });
    expect(offerEvent.safeParse({ ...seeded('a'), ...fits }).success).toBe(true);
  });
});

test('events that were ever stored can be read for ever', () => {
  const stored = JSON.parse(readFileSync(new URL('../test/stored-events.v1.json', import.meta.url), 'utf8'));
  const events = stored.map((event: unknown) => offerEvent.parse(event));
  expect(events).toEqual(stored);
  expect(fold(offer, events)).toEqual({
    status: 'published',
    version: 5,
    digest: stored[4].digest,
    seeds: [stored[3].seed, stored[0].digest, stored[4].digest],
    edited: false,
  });
});
