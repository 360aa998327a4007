import { readFileSync } from 'node:fs';
import { fold } from '#shared/eventsourcing/decider.ts';
import { account } from './account.ts';
import { type AccountEvent, accountEvent, parseAccountEvent } from './events.ts';

const stored: unknown[] = JSON.parse(readFileSync(new URL('../test/stored-events.v1.json', import.meta.url), 'utf8'));

/** These lie in tables and can never be changed: whoever breaks this test must change the code, not the fixture. */
describe('stored events, version 1', () => {
  test('parse to what was stored', () => expect(stored.map(parseAccountEvent)).toEqual(stored));

  test('every kind of event is among them', () => {
    const kinds = accountEvent.options.map(({ shape }) => shape.type.value);
    expect(new Set(stored.map((event) => parseAccountEvent(event).type))).toEqual(new Set(kinds));
  });

  test('lead to the states they led to when they were stored', () => {
    const events = stored.map(parseAccountEvent);
    const [, second, third, fourth, fifth] = events.flatMap(({ type }, index) =>
      type === 'AccountOpened' ? [index] : [],
    );
    const stateAfter = (history: readonly AccountEvent[]) => JSON.parse(JSON.stringify(fold(account, history)));
    expect(stateAfter(events.slice(0, second))).toEqual({
      status: 'closed',
      grants: {},
      holds: {},
      closedHolds: 'crFo-bOT_X9ZoM6Shx',
      totals: { granted: 122, spent: 15, expired: 7, revoked: 100 },
      today: { day: 20_261_106, spent: 9 },
    });
    expect(stateAfter(events.slice(second, third))).toEqual({
      status: 'closed',
      grants: {},
      holds: {},
      closedHolds: '',
      totals: { granted: 66, spent: 0, revoked: 66 },
      plan: 'daily',
      dailyDay: 20_261_120,
      planMonth: 202_611,
      revocations: [
        { id: '-Rr-1tHc', credits: 10, grant: 'bsgREdWB' },
        { id: 'YqFMcnjf', credits: 48, grant: 'rDl5JvJR' },
      ],
      topUps: { month: 202_611, requested: 2, declined: 1, notBefore: 1_795_174_310 },
    });
    expect(stateAfter(events.slice(third, fourth))).toEqual({
      status: 'open',
      grants: { welcome: { kind: 'welcome', left: 7, from: 1_795_170_060 } },
      holds: {},
      closedHolds: 'KjWYe9TMBCZcE7iVyK',
      totals: { granted: 10, spent: 3 },
      today: { day: 20_261_120, spent: 3 },
      recent: '3k97i.2..1',
    });
    expect(stateAfter(events.slice(fourth, fifth))).toEqual({
      status: 'open',
      grants: {
        'pay_0199c2d4-9f0e-7cc1-a4b5-6d7e8f901234': { kind: 'pack', left: 2_000_000, from: 1_795_170_060 },
        'plan-pay_0199c2d4-af0e-7cc1-a4b5-6d7e8f901234': { kind: 'plan', left: 300, from: 1_795_170_061 },
      },
      holds: {},
      closedHolds: '',
      totals: { granted: 2_000_300, spent: 0 },
      plan: 'plus',
      planOrder: 7,
      periodOrder: 6,
    });
    expect(stateAfter(events.slice(fifth))).toEqual({
      status: 'open',
      grants: {
        'import-1': { kind: 'pack', left: 137, from: 1_795_170_062 },
        'refund-gen_0199c2d4-9f0e-8cc1-a4b5-6d7e8f901234': { kind: 'adjustment', left: 4, from: 1_795_170_063 },
      },
      holds: {},
      closedHolds: '',
      totals: { granted: 141, spent: 0 },
    });
  });
});

describe('an event is refused', () => {
  test.each([
    ['of an unknown type', { type: 'CreditsLost' }],
    ['with an unknown field', { type: 'AccountOpened', at: 1 }],
    ['with a fraction of a credit', { type: 'GrantsExpired', rows: { welcome: 0.5 } }],
    ['with credits below one', { type: 'GrantsExpired', rows: { welcome: 0 } }],
    ['with a grant id that is no name', { type: 'GrantsExpired', rows: { 'pay 1': 1 } }],
    [
      'adjusting nothing',
      { type: 'CreditsAdjusted', adjustmentId: 'a', credits: 0, reason: 'b', rows: {}, adjustedAt: 1 },
    ],
    [
      'of a revocation whose reinstatement would have too long a name',
      { type: 'GrantRevoked', revocationId: 'r'.repeat(53), grantId: 'p', credits: 1, reason: 'refund', rows: {} },
    ],
    ['without its facts', { type: 'HoldReleased', holdId: 'gen_1' }],
  ])('%s', (_, event) => expect(() => parseAccountEvent(event)).toThrow());
});
