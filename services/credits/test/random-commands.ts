/** Random histories of an account for property tests: few ids, so that they meet often, and time that only goes on. */
import fc from 'fast-check';
import type { AccountCommand } from '../domain/commands.ts';
import {
  closeAccount,
  grantCredits,
  holdCredits,
  later,
  openAccount,
  releaseHold,
  seconds,
  settleHold,
} from './commands.ts';

const holdId = fc.integer({ min: 1, max: 6 }).map((number) => `gen_${number}`);
const granted = fc.integer({ min: 1, max: 40 });
const held = fc.integer({ min: 1, max: 12 });
const elapsedS = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 30 }) },
  fc.integer({ min: 31, max: 90_000 }),
);

const grant = fc
  .record({
    id: fc.integer({ min: 1, max: 8 }),
    kind: fc.constantFrom('plan', 'daily', 'pack', 'bonus', 'adjustment'),
    credits: granted,
    livesS: fc.option(fc.integer({ min: -5, max: 200 }), { nil: undefined }),
    priority: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
  })
  .map(
    ({ id, kind, credits, livesS, priority }) =>
      (afterS: number): AccountCommand =>
        grantCredits(`grant-${id}`, credits, {
          at: later(afterS),
          kind,
          ...(livesS === undefined ? {} : { expiresAt: seconds + afterS + livesS }),
          ...(priority === undefined ? {} : { priority }),
        }),
  );

const hold = fc.tuple(holdId, held).map(
  ([id, credits]) =>
    (afterS: number): AccountCommand =>
      holdCredits(id, credits, {
        at: later(afterS),
        expiresAt: seconds + afterS + 60,
        day: 20_261_105 + Math.floor(afterS / 86_400),
      }),
);

const settle = fc.tuple(holdId, fc.integer({ min: 0, max: 12 })).map(
  ([id, credits]) =>
    (afterS: number): AccountCommand =>
      settleHold(id, credits, later(afterS)),
);

const release = fc.tuple(holdId, fc.constantFrom('failed', 'cancelled', 'blocked', 'expired')).map(
  ([id, reason]) =>
    (afterS: number): AccountCommand =>
      releaseHold(id, reason, later(afterS)),
);

const step = fc.oneof(
  { weight: 4, arbitrary: grant },
  { weight: 6, arbitrary: hold },
  { weight: 4, arbitrary: settle },
  { weight: 3, arbitrary: release },
  { weight: 1, arbitrary: fc.constant((afterS: number): AccountCommand => openAccount(10, later(afterS))) },
);

/** An opening, up to 60 commands and perhaps a closing, each at or after the one before. */
export const randomCommands: fc.Arbitrary<AccountCommand[]> = fc
  .tuple(
    fc.array(fc.tuple(step, elapsedS), { maxLength: 60, size: 'max' }),
    fc.integer({ min: 0, max: 20 }),
    fc.boolean(),
  )
  .map(([steps, welcomeCredits, closes]) => {
    let afterS = 0;
    const commands: AccountCommand[] = [openAccount(welcomeCredits)];
    for (const [make, elapsed] of steps) {
      afterS += elapsed;
      commands.push(make(afterS));
    }
    return closes ? [...commands, closeAccount(later(afterS))] : commands;
  });
