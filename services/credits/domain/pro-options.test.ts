import { describe, test } from '@jest/globals';
import { given } from '#shared/testing/given.ts';
import { holdCredits, policyAt } from '../test/commands.ts';
import { heldFor, opened, planChanged, welcome } from '../test/events.ts';
import { account } from './account.ts';

const { plans } = policyAt();
const [free] = Object.values(plans);
if (!free) throw new Error('there is no plan');
/** `daily` opens pro options, `free` does not. */
const policy = policyAt(undefined, { plans: { free, daily: { ...free, pro: true } } });
const needsPro = { needsPro: true, policy };
const heldForPro = { ...heldFor('gen_1', { welcome: 1 }), pro: true as const };

describe('SP8 SP15 a run that uses what only pro plans open', () => {
  test('is refused on another plan', () =>
    given(account, [opened, welcome])
      .when(holdCredits('gen_1', 1, needsPro))
      .thenRejected('plan-required'));
  test('is held on a pro plan', () =>
    given(account, [opened, welcome, planChanged('daily')])
      .when(holdCredits('gen_1', 1, needsPro))
      .then([heldForPro]));
  test('is refused on a plan that the app does not offer any more', () =>
    given(account, [opened, welcome, planChanged('gone')])
      .when(holdCredits('gen_1', 1, needsPro))
      .thenRejected('plan-required'));
  test('asked again, keeps the hold that it has, whatever became of the plan', () =>
    given(account, [opened, welcome, planChanged('daily'), heldForPro, planChanged('free')])
      .when(holdCredits('gen_1', 1, needsPro))
      .then([]));
  test('finds no use for a hold that another request made under its key, without pro options', () =>
    given(account, [opened, welcome, heldFor('gen_1', { welcome: 1 })])
      .when(holdCredits('gen_1', 1, needsPro))
      .thenRejected('hold-differs'));
  test('is told of the plan before it is told of the balance: credits would not help', () =>
    given(account, [opened])
      .when(holdCredits('gen_1', 1, needsPro))
      .thenRejected('plan-required'));
});
