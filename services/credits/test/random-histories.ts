/** Random histories of an account, made once for all tests of a file. A failure prints the smallest history that breaks a rule. */
import fc from 'fast-check';
import { account } from '../domain/account.ts';
import type { AccountEvent } from '../domain/events.ts';
import type { Account, Ledger } from '../domain/state.ts';
import { ledgerOf } from './events.ts';
import { play, type Step } from './play.ts';
import { randomCommands } from './random-commands.ts';

/** One seed for all, so that what is made once for every test is what a test finds again. */
const runs = { numRuns: 400, seed: Date.now() };

const histories: (readonly Step[])[] = [];
const made = (): readonly (readonly Step[])[] => {
  if (histories.length === 0)
    fc.assert(
      fc.property(randomCommands, (commands) => {
        histories.push(play(commands));
      }),
      runs,
    );
  return histories;
};

type Check = (history: readonly Step[]) => void | Promise<void>;

/** Histories are made once, as making them takes longest; where one fails, it is found again and made small. */
export const always = async (check: Check): Promise<void> => {
  try {
    for (const history of made()) await check(history);
  } catch (error) {
    await fc.assert(
      fc.asyncProperty(randomCommands, async (commands) => check(play(commands))),
      runs,
    );
    throw error;
  }
};

/** All events of a history. */
export const eventsOf = (history: readonly Step[]): AccountEvent[] => history.flatMap(({ events }) => [...events]);
export const finalState = (history: readonly Step[]): Ledger => ledgerOf(history.at(-1)?.after ?? account.initialState);
/** The state behind each event. */
export const statesOf = (history: readonly Step[]): Ledger[] => history.flatMap(({ states }) => states.map(ledgerOf));
/** The state before an event of a step. */
export const stateBefore = ({ before, states }: Step, index: number): Account => states[index - 1] ?? before;
