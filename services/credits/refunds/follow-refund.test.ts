/**
 * FS9 PP13 I5: what a job cost comes back once, whatever is told twice, late or cut off half-way. The consumer is idempotent by the
 * adjustment's marker, which is written with the grant in one transaction and stays for ever, also when the grant is used up and forgotten.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { available } from '../domain/state.ts';
import type { HandleAccount } from '../handle-account.ts';
import { transactionOf } from '../read-models/transactions.ts';
import {
  adjustCredits,
  closeAccount,
  grantCredits,
  holdCredits,
  later,
  noon,
  openAccount,
  revokeGrant,
  settleHold,
} from '../test/commands.ts';
import { catalogWith, keptLog, meta, newAccounts, owner, stream } from '../test/doubles.ts';
import { ledgerOf } from '../test/events.ts';
import { followRefund, type JobRefunded, refundIdOf } from './follow-refund.ts';

const told = (more: Partial<JobRefunded['data']> = {}): JobRefunded => ({
  id: 'event-1',
  type: 'JobRefunded',
  schemaVersion: 1,
  ...owner,
  version: 4,
  at: noon,
  correlationId: 'request-1',
  causationId: 'request-1',
  data: { jobId: 'gen_1', tool: 'photo-filter', credits: 4, reason: 'torn', by: 'admin:boss', ...more },
});

const world = (welcome = 10, handleOf = (handle: HandleAccount): HandleAccount => handle) => {
  const accounts = newAccounts();
  const { lines, logger } = keptLog();
  const now = () => later(60);
  const counted: string[] = [];
  const follow = followRefund({
    handle: handleOf(accounts.handle),
    catalog: catalogWith(welcome),
    logger,
    count: (alarm) => counted.push(alarm),
    now,
  });
  const ledger = async () => ledgerOf((await accounts.store.load(stream))?.state ?? { status: 'unopened' });
  /** A job of four credits that was done, by an account of ten. */
  const charged = async () => {
    for (const command of [openAccount(welcome), holdCredits('gen_1', 4), settleHold('gen_1', 4)])
      await accounts.handle(stream, command, meta);
  };
  return { ...accounts, follow, ledger, charged, lines, counted };
};

const sumsUp = ({ totals, ...rest }: Awaited<ReturnType<ReturnType<typeof world>['ledger']>>): boolean =>
  totals.granted === available({ totals, ...rest }) + totals.spent + (totals.expired ?? 0) + (totals.revoked ?? 0);

describe('a refunded job', () => {
  test('brings its cost back as an adjustment, by whom and why; the charge stays', async () => {
    const { charged, follow, store, ledger } = world();
    await charged();
    await follow(told());
    const [recorded] = await store.read(stream, { direction: 'backward', limit: 1 });
    const grantId = refundIdOf('gen_1');
    expect(recorded).toMatchObject({
      event: {
        type: 'CreditsAdjusted',
        adjustmentId: grantId,
        credits: 4,
        reason: 'torn',
        rows: { [grantId]: 4 },
        job: { id: 'gen_1', tool: 'photo-filter' },
      },
      meta: { actor: 'admin:boss', correlationId: 'request-1', causationId: 'event-1' },
    });
    const after = await ledger();
    expect(after).toMatchObject({ totals: { granted: 14, spent: 4 }, grants: { [grantId]: { kind: 'adjustment' } } });
    expect(after.grants[grantId]?.until).toBeUndefined();
    expect([available(after), sumsUp(after)]).toEqual([10, true]);
    expect(recorded && transactionOf(recorded)).toMatchObject({
      type: 'refund',
      amount: 4,
      balance_after: 10,
      tool: 'photo-filter',
      generation_id: 'gen_1',
      grant_kind: 'adjustment',
      reason: 'refunded',
    });
  });

  test('told again comes back once: as it is, by another event, and long after the grant was used up', async () => {
    const { charged, follow, handle, ledger } = world();
    await charged();
    for (const event of [told(), told(), { ...told({ reason: 'another', by: 'admin:x' }), id: 'event-2' }])
      await follow(event);
    await handle(stream, adjustCredits('adj_1', -10), meta);
    expect((await ledger()).grants).toEqual({});
    await follow(told());
    expect(available(await ledger())).toBe(0);
  });

  test('comes back once when the worker dies with the answer, at whatever try', async () => {
    let calls = 0;
    const { charged, follow, ledger } = world(10, (handle) => async (...command) => {
      const handled = await handle(...command);
      calls += 1;
      if (calls <= 3) throw new Error('the answer was lost');
      return handled;
    });
    await charged();
    for (let tries = 0; tries < 3; tries += 1) await expect(follow(told())).rejects.toThrow('lost');
    await follow(told());
    expect([calls, available(await ledger())]).toEqual([4, 10]);
  });

  test('before its hold is settled comes back as well: each is done by its own id', async () => {
    const { handle, follow, ledger } = world();
    await handle(stream, openAccount(10), meta);
    await handle(stream, holdCredits('gen_1', 4), meta);
    await follow(told());
    await handle(stream, settleHold('gen_1', 4, later(90)), meta);
    const after = await ledger();
    expect([available(after), after.totals.spent, sumsUp(after)]).toEqual([10, 4, true]);
  });

  test('of what is owed pays that off first', async () => {
    const { charged, follow, handle, ledger } = world();
    await charged();
    await handle(stream, revokeGrant('re_1', 'pay_1', 9), meta);
    expect((await ledger()).debt).toBe(3);
    await follow(told());
    const after = await ledger();
    expect([after.debt, available(after), sumsUp(after)]).toEqual([undefined, 1, true]);
  });

  test('of a user whose account is not there yet opens it', async () => {
    const { follow, events } = world(0);
    await follow(told());
    expect((await events()).map(({ type }) => type)).toEqual(['AccountOpened', 'CreditsAdjusted']);
  });

  test('of who left rings, and is done', async () => {
    const { charged, follow, handle, events, lines, counted } = world();
    await charged();
    await handle(stream, closeAccount(), meta);
    await follow(told());
    expect((await events()).at(-1)?.type).toBe('AccountClosed');
    expect(lines).toEqual([{ level: 'warn', message: 'refund of a closed account' }]);
    expect(counted).toEqual(['RefundsOfClosedAccounts']);
  });

  test('of an app that is not known is an error: people look at it', async () => {
    const { follow } = world();
    await expect(follow({ ...told(), app: 'gone' })).rejects.toThrow('unknown app');
  });
});

test('I1 I5 jobs refunded in any order, any number of times, among other changes: each comes back exactly once', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 25 }), async (steps) => {
      const { handle, follow, ledger } = world(100);
      await handle(stream, openAccount(100), meta);
      const refunded = new Set<number>();
      for (const [index, step] of steps.entries()) {
        if (step < 4) {
          await follow({ ...told({ jobId: `gen_${step}`, credits: step + 1 }), id: `event-${index}` });
          refunded.add(step);
        } else if (step < 6) await handle(stream, grantCredits(`pay_${step}`, 5), meta);
        else await handle(stream, adjustCredits(`adj_${index}`, -1), meta);
      }
      const back = [...refunded].reduce((sum, step) => sum + step + 1, 0);
      const bought = 5 * [4, 5].filter((step) => steps.includes(step)).length;
      const taken = steps.filter((step) => step >= 6).length;
      const after = await ledger();
      expect([available(after), sumsUp(after)]).toEqual([100 + back + bought - taken, true]);
    }),
    { numRuns: 40 },
  ));
