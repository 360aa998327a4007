import { readFileSync } from 'node:fs';
import { fold } from '#shared/eventsourcing/decider.ts';
import { account } from './account.ts';
import { accountEvent, parseAccountEvent } from './events.ts';

const stored: unknown[] = JSON.parse(readFileSync(new URL('../test/stored-events.v1.json', import.meta.url), 'utf8'));

/** These lie in tables and can never be changed: whoever breaks this test must change the code, not the fixture. */
describe('stored events, version 1', () => {
  test('parse to what was stored', () => expect(stored.map(parseAccountEvent)).toEqual(stored));

  test('every kind of event is among them', () => {
    const kinds = accountEvent.options.map(({ shape }) => shape.type.value);
    expect(new Set(stored.map((event) => parseAccountEvent(event).type))).toEqual(new Set(kinds));
  });

  test('lead to the state they led to when they were stored', () =>
    expect(fold(account, stored.map(parseAccountEvent))).toEqual({
      status: 'closed',
      grants: {},
      holds: {},
      closedHolds: 'crFo-bv_OT_X9ZZ2oM6Shxvq',
      totals: { granted: 122, spent: 15, expired: 7, revoked: 100 },
      today: { day: 20_261_106, spent: 9 },
    }));
});

describe('an event is refused', () => {
  test.each([
    ['of an unknown type', { type: 'CreditsLost' }],
    ['with an unknown field', { type: 'AccountOpened', at: 1 }],
    ['with a fraction of a credit', { type: 'GrantsExpired', rows: { welcome: 0.5 } }],
    ['with credits below one', { type: 'GrantsExpired', rows: { welcome: 0 } }],
    ['with a grant id that is no name', { type: 'GrantsExpired', rows: { 'pay 1': 1 } }],
    ['without its facts', { type: 'HoldReleased', holdId: 'gen_1' }],
  ])('%s', (_, event) => expect(() => parseAccountEvent(event)).toThrow());
});
